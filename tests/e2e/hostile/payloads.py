"""Texts with which somebody would command a terminal, each with the canary in what it commands."""

from __future__ import annotations

from tests.e2e.hostile.stream import CANARY

PAYLOADS = {
    "clipboard": f"\x1b]52;c;{CANARY}\x07",
    "clipboard, ended by ST": f"\x1b]52;c;{CANARY}\x1b\\",
    "title": f"\x1b]0;{CANARY}\x07",
    "title without an end": f"\x1b]2;{CANARY}",
    "link": f"\x1b]8;;http://{CANARY}.invalid\x1b\\{CANARY}\x1b]8;;\x1b\\",
    "note": f"\x1b]9;{CANARY}\x07\x1b]777;notify;{CANARY};{CANARY}\x07\x1b]99;;{CANARY}\x1b\\",
    "picture": f"\x1b]1337;File=inline=1:{CANARY}\x07",
    "clear": f"\x1b[2J\x1b[H{CANARY}",
    "colour": f"\x1b[8;30;40m{CANARY}",
    "question": f"\x1b[6n\x1b[c\x1b]11;?\x07{CANARY}",
    "mode": f"\x1b[?1049l\x1b[?25h\x1b[?2004l{CANARY}\x1b[20l",
    "reset": f"\x1bc{CANARY}\x1b#8",
    "DCS": f"\x1bP+q{CANARY}\x1b\\\x1bP1$r{CANARY}\x1b\\",
    "APC and PM": f"\x1b_G{CANARY}\x1b\\\x1b^{CANARY}\x1b\\\x1bX{CANARY}\x1b\\",
    "8-bit CSI": f"\u009b31m{CANARY}",
    "8-bit OSC": f"\u009d0;{CANARY}\u009c",
    "8-bit DCS": f"\u0090q{CANARY}\u009c\u0085\u0084\u008d",
    "end of a paste": f"\x1b[201~{CANARY}\r",
    "override": f"\u202e{CANARY}\u202c",
    "isolate": f"\u2066{CANARY}\u2069\u061c\u200e\u200f",
    "zero width": f"{CANARY}\u200b\u200c\u200d\u2060\ufeff\u00ad",
    "combining": CANARY + "\u0301\u0489" * 60,
    "variation and tags": f"{CANARY}\ufe0f\U000e0041\U000e007f",
    "wide": f"{CANARY}\u3000\uff21\U0001f468\u200d\U0001f469\U0001f3fd",
    "separators": f"{CANARY}\u2028{CANARY}\u2029{CANARY}\x0b\x0c\x1c\x1d\x1e\x85",
    "lines": f"{CANARY}\r\n{CANARY}\n\r{CANARY}\t{CANARY}\rOK",
    "NUL, BEL, BS, DEL": f"{CANARY}\x00\x07\x08\x08\x7f\x0e\x0f\x11\x13\x18\x1a",
    "markup": f"[bold red]{CANARY}[/] [@click=app.quit]{CANARY}[/] [/nope] [link=http://x]x[/link]",
    "markup, unfinished": f"[{CANARY} [[/ \\[ ] [on red",
    "format": f"{{0}} %s %(x)s $({CANARY}) `{CANARY}` &amp;<b>",
    "private use and no character": f"{CANARY}\ue0b0\ufffe\uffff\ufffd",
}
LONG = f"{CANARY}{'x' * 20_000}\x1b]0;{CANARY}\x07"
SURROGATE = f"{CANARY}\ud800 \udfff"
"""JSON can write it; UTF-8 cannot."""
