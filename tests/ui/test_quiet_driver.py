"""The terminal's input: whatever the pieces in which it comes."""

from __future__ import annotations

import os
import threading

import pytest
from textual import events
from textual.message import Message

from tui.ui import quiet_driver
from tui.ui.quiet_driver import QuietDriver


class Heard(QuietDriver):
    """Reads from a pipe, and keeps what it has read."""

    def __init__(self, source: int) -> None:
        self.fileno = source
        self.exit_event = threading.Event()
        self._debug = False
        self._woken, self._wake = os.pipe()
        self.messages: list[Message] = []

    def process_message(self, message: Message) -> None:
        self.messages.append(message)


def heard(typed: bytes) -> list[Message]:
    """What is heard when `typed` comes, and then the terminal is gone."""
    source, sink = os.pipe()
    os.write(sink, typed)
    os.close(sink)
    driver = Heard(source)
    driver.run_input_thread()
    for descriptor in (source, driver._woken, driver._wake):
        os.close(descriptor)
    return driver.messages


@pytest.mark.parametrize("at_once", [1, 2, 3, 4096])
def test_a_character_may_come_in_pieces(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr(quiet_driver, "_READ_BYTES", at_once)
    keys = [one for one in heard("é€x".encode()) if isinstance(one, events.Key)]
    assert [key.character for key in keys] == ["é", "€", "x"]


@pytest.mark.parametrize("at_once", [1, 7, 4096])
def test_a_paste_may_come_in_pieces(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr(quiet_driver, "_READ_BYTES", at_once)
    pasted = heard(b"\x1b[200~" + "sécret €".encode() + b"\x1b[201~X")
    assert [one.text for one in pasted if isinstance(one, events.Paste)] == ["sécret €"]
    assert [one.key for one in pasted if isinstance(one, events.Key)] == ["X"]


@pytest.mark.parametrize("at_once", [1, 2, 5, 7, 4096])
@pytest.mark.parametrize(
    ("pasted", "read"),
    [
        ("\x1b]52;c;XX\x07", "]52;c;XX\x07"),
        ("X\x1bX\x1b\x1b", "XX"),
        ("\x1b[20\x1b[2", "[20[2"),
        ("\x1b[200~c c", "[200~c c"),
        ("\x1b" * 50 + "c", "c"),
        ("\x1b[A\x1bOP\x1b[<0;1;1M", "[AOP[<0;1;1M"),
    ],
)
def test_nothing_that_is_pasted_is_a_key(
    monkeypatch: pytest.MonkeyPatch, at_once: int, pasted: str, read: str
) -> None:
    monkeypatch.setattr(quiet_driver, "_READ_BYTES", at_once)
    for _ in range(2):
        found = heard(f"a\x1b[200~{pasted}\x1b[201~b\x1b[200~again\x1b[201~\x1b[A".encode())
        assert [one.text for one in found if isinstance(one, events.Paste)] == [read, "again"]
        assert [one.key for one in found if isinstance(one, events.Key)] == ["a", "b", "up"]
