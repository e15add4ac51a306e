"""All accounts as one desk: its loop, its threads, what it publishes.

A single account is in `account`.
"""
