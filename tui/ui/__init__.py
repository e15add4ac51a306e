"""The screen: the only code that knows Textual."""

import os

# With these Textual writes down every key that is typed, or sends it on: a PIN, a secret key.
for _switch in ("TEXTUAL", "TEXTUAL_DEBUG", "TEXTUAL_LOG"):
    os.environ.pop(_switch, None)
