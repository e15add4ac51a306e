"""The machine that takes a terminal's stream apart finds every hostile text in it."""

from __future__ import annotations

import pytest

from tests.e2e.hostile.payloads import PAYLOADS
from tests.e2e.hostile.stream import faults
from tui.core.sanitize import sanitize

HARMLESS = {"wide", "combining", "markup", "markup, unfinished", "format"}
"""Letters that stay as they are, or nearly."""
OURS = (
    b"\x1b[?1049h\x1b[?1000h\x1b[?2026$p\x1b[?25l\x1b[>1u\x1b[1;1H\x1b[38;2;1;2;3mtext\x1b[0m\r\n"
    b"\x1b]2;killdesk 4 of 4\x1b\\\x1b]52;c;S0RYNw==\x07\x1b]777;notify;killdesk;an alarm\x1b\\"
)


def test_what_the_screen_is_drawn_with_is_no_fault() -> None:
    assert faults(OURS) == []


@pytest.mark.parametrize("name", PAYLOADS)
def test_a_hostile_text_is_found_wherever_it_stands(name: str) -> None:
    raw = PAYLOADS[name].encode("utf-8", "surrogatepass")
    safe = sanitize(PAYLOADS[name]).encode()
    assert faults(OURS + safe + OURS) == []
    if name not in HARMLESS:
        assert faults(OURS + raw + OURS)


@pytest.mark.parametrize(
    "raw",
    [b"\x9b31m", b"\xc2\x9b31m", b"\xed\xa0\x80", b"\x1b", b"\x1b[", b"\x1b]0;x", b"\a", b"\t",
     b"\x1b]52;c;KDX7\a", b"\x1b[5i", b"\x1b[?69h", b"\x1bPq\x1b\\", b"\x1b]2;a\xe2\x80\xaeb\a"],
)  # fmt: skip
def test_what_nobody_of_ours_sends_is_a_fault(raw: bytes) -> None:
    assert faults(OURS + raw + OURS)
