"""The record as values: its chain, the heads that anchor it, and how views become lines of it.

No file is opened here.
"""
