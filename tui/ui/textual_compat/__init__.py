"""The few places that touch what Textual keeps private, because safety needs it.

Each module says why, and has a test that fails once Textual no longer needs it. Nothing else of
the product belongs here.
"""
