"""What leaves, as text."""

from __future__ import annotations

import json

from tui.venues.base.protocol import JsonValue


def compact(value: JsonValue) -> str:
    """JSON without a space: the very text that is signed and sent."""
    return json.dumps(value, separators=(",", ":"))
