"""What was once found by these tests, kept: each input broke the reader that it stands with."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest

from tests.hostile.readers import READERS, judge
from tests.hostile.tape import TAPE

AT = b'"at":"2025-10-17T12:00:00.000Z"'
DRILL = READERS["drill"].seeds[0]
PICTURE = json.loads(TAPE[2])
NOTICE = json.dumps({**PICTURE, "notice": "\x1b]0;KDX7\x07\u202e"}, separators=(",", ":")).encode()
HUGE = json.dumps(
    {**PICTURE, "accounts": {"a": {**PICTURE["accounts"]["a"], "clock_offset_ms": 1e308}}},
    separators=(",", ":"),
).encode()
FOUND = [
    ("settings", b"a = " + b"9" * 5_000),
    ("settings", b"a = " + b"[" * 5_000),
    ("settings", b"[desk]\nscreen_grace_s = -" + b"9" * 400),
    ("settings to edit", b"[desk]\nscreen_grace_s = " + b"9" * 400),
    ("drill", DRILL.replace(b'"at_ms": 1760702400000', b'"at_ms": 1e999')),
    ("drill", DRILL.replace(b'"orders": 40', b'"orders": 1' + b"0" * 40)),
    ("drill", b"[" * 100_000),
    ("drill plan", b"[" * 100_000),
    ("greeting", b"[]"),
    ("greeting", b"{}"),
    ("record", TAPE[1][:-1].replace(AT, b'"at":"0001-01-01T00:00:00+14:00"')),
    ("record", TAPE[1][:-1].replace(AT, b'"at":"9999-12-31T23:59:59.9999999"')),
    ("replay", TAPE[1].replace(AT, b'"at":"9999-12-31T23:59:59-12:00"')),
    ("replay", NOTICE),
    ("replay", HUGE),
    ("HTTP", b"9" * 5_000 + b"/1.1 200 OK\r\n\r\n"),
]


@pytest.mark.parametrize(("name", "data"), FOUND)
def test_it_is_borne_now(name: str, data: bytes) -> None:
    reader = READERS[name]
    with suppress(*reader.raises):
        judge(reader.read(data))


def test_the_inputs_are_what_they_were_made_to_be() -> None:
    """A seed that changes must not turn them into harmless ones."""
    assert all(data not in READERS[name].seeds for name, data in FOUND)
