"""The keys of a replay: those of the desk that only look, and those that move in time."""

from __future__ import annotations

from tui.ui.keys.bindings import DESK_KEYS, Key

REPLAY_KEYS = (
    Key("replay.pause", "space", "space", "pause", "pause", "stand still, or go on"),
    Key("replay.slower", "left_square_bracket", "[", "faster(-1)", "slower",
        "slower: 60, 10, 5, 2 times the real pace, and that itself"),
    Key("replay.faster", "right_square_bracket", "]", "faster(1)", "faster",
        "faster: 2, 5, 10, 60 times the real pace"),
    Key("replay.previous", "comma", ",", "outcome(-1)", "outcome",
        "back to the outcome before; it stands still there"),
    Key("replay.next", "full_stop", ".", "outcome(1)", "outcome",
        "on to the next outcome; it stands still there"),
    Key("replay.back", "less_than_sign,left", "<", "step(-10)", "", "10 seconds back"),
    Key("replay.on", "greater_than_sign,right", ">", "step(10)", "", "10 seconds on"),
    Key("replay.back_far", "left_curly_bracket,shift+left", "{", "step(-60)", "", "a minute back"),
    Key("replay.on_far", "right_curly_bracket,shift+right", "}", "step(60)", "", "a minute on"),
    Key("replay.begin", "circumflex_accent,home", "^", "begin", "", "to the beginning of the file"),
    Key("replay.end", "dollar_sign,end", "$", "end", "", "to its end"),
)  # fmt: skip

_TAKEN = frozenset(name for key in REPLAY_KEYS for name in key.keys.split(","))
_SENDING = ("cancel.", "timer.", "account.refresh")
_LOOKING = ("panel.", "frames.", "report.", "account.readiness")

LOOKING_KEYS = tuple(
    key
    for key in DESK_KEYS
    if key.id.startswith(_LOOKING) and not _TAKEN & set(key.keys.split(","))
)
"""What a desk's screen understands and nothing is sent by."""

SENDING_KEYS = tuple(key for key in DESK_KEYS if key.id.startswith(_SENDING))
"""What would reach a venue on a live desk; here it is refused aloud."""
