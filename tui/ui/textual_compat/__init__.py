"""The few places that touch what Textual keeps private, because safety needs it.

Each module says why, names the report to Textual (in `.github/upstream/`), and a test that fails
once Textual no longer needs it. Nothing else of the product belongs here.
"""
