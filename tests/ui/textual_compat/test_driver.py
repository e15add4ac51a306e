"""The terminal's driver: its real input function, fed by a pipe, and its output, read by nobody.

Where Textual does badly what the driver is there for, a test says so: one that fails means that a
part of the driver is no longer needed.
"""

from __future__ import annotations

import os
import selectors
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from textual import events, messages
from textual._xterm_parser import XTermParser
from textual.drivers import _writer_thread
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from tui.ui.terminal.backlog import AFRESH, MOST, WAIT_S, Backlog
from tui.ui.terminal.tokens import Character, Sequence
from tui.ui.terminal.writer import TerminalWriter
from tui.ui.textual_compat import driver as driver_module
from tui.ui.textual_compat.driver import TerminalDriver
from tui.ui.textual_compat.key_facts import KeyFacts, key_facts
from tui.ui.textual_compat.messages import Messages

KNOWN = (
    b"\x1b[97;1:1u",
    b"\x1b[:H",
    b"\x1b[97:65:97;2:2;65u",
    b"\x1b[27;2;88~",
    b"\x1b[15;5~",
    b"\x1b[1;1:2A",
    b"\x1b[99999999999999999999;1u",
    b"\x1b[55555u",
    b"\x1b[97;1;1114112u",
    b"\x1b[97;999u",
    b"\x1b[;;u",
    b"\x1b[0;;20320:22909u",
    b"\x1b[5;5R",
    b"\x1b[<0;10;20M",
    b"\x1b[<128;10;20M",
    b"\x1b[<64;-1;99999M",
    b"\x1b[<999999999999;1;1M",
    b"\x1b[32;10;20M",
    b"\x1b[M\x20\xff\x01",
    b"\x1b[48;40;120;800;960t",
    b"\x1b[48;0;0;0;0t",
    b"\x1b[48;99999;99999;1;1t",
    b"\x1b[?2026;2$y",
    b"\x1b[?2048;1$y",
    b"\x1b[?1;2c",
    b"\x1b[I",
    b"\x1b[O",
    b"\x1b[200~XX\x1b[201~",
    b"\x1b]52;c;" + b"A" * 300 + b"\x07",
    b"\x1bOP",
    b"\x1bO5P",
    b"\x1b\x1b",
    b"\x1b\r",
    b"\x1bX",
    "ё€\ud7ff\U0010ffff".encode(),
    b"\xed\xa0\x80\xff\xc0",
    b"\x00\x03\x1a\x7f\x9b",
)
PIECES = st.one_of(st.sampled_from(KNOWN), st.binary(min_size=1, max_size=12))


class Fed(TerminalDriver):
    """Reads from a pipe, and keeps what it has read."""

    def __init__(self, source: int) -> None:
        self.fileno = source
        self.exit_event = threading.Event()
        self._debug = self._resumed = False
        self._in_band_window_resize = True
        self._open_wake()
        self.messages: list[Message] = []

    def process_message(self, message: Message) -> None:
        self.messages.append(message)


@contextmanager
def unmasked() -> Iterator[None]:
    """The input function lets one signal through to its thread: here to the test's."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def heard(typed: bytes) -> list[Message]:
    """What is heard when `typed` comes, and then the terminal is gone."""
    source, sink = os.pipe()
    os.write(sink, typed)
    os.close(sink)
    driver = Fed(source)
    try:
        with unmasked():
            driver.run_input_thread()
    finally:
        for descriptor in (source, driver._woken, driver._wake):
            os.close(descriptor)
    return driver.messages


def keys(found: list[Message]) -> list[str]:
    return [one.key for one in found if isinstance(one, events.Key)]


@pytest.mark.parametrize("at_once", [1, 2, 3, 4096])
def test_a_character_may_come_in_pieces(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr(driver_module, "_READ_BYTES", at_once)
    found = [one for one in heard("é€x".encode()) if isinstance(one, events.Key)]
    assert [key.character for key in found] == ["é", "€", "x"]


@pytest.mark.parametrize("at_once", [1, 7, 4096])
def test_a_paste_may_come_in_pieces(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr(driver_module, "_READ_BYTES", at_once)
    found = heard(b"\x1b[200~" + "sécret €".encode() + b"\x1b[201~")
    assert [one.text for one in found if isinstance(one, events.Paste)] == ["sécret €"]
    assert keys(found) == []


@pytest.mark.parametrize(
    ("typed", "key", "character"),
    [
        ("X", "X", "X"),
        ("\r", "enter", "\r"),
        ("\t", "tab", "\t"),
        ("\x7f", "backspace", "\x7f"),
        ("\x03", "ctrl+c", "\x03"),
        ("/", "slash", "/"),
        ("\x1bc", "alt+c", "c"),
        ("\x1b[A", "up", None),
        ("\x1b[1;5A", "ctrl+up", None),
        ("\x1b[15~", "f5", None),
        ("\x1bOP", "f1", None),
        ("\x1b[[A", "f1", None),
        ("\x1b[Z", "shift+tab", None),
        ("\x1b[27;2;88~", "X", "X"),
        # kitty's protocol, as the terminals that have all of it or a part send it
        ("\x1b[120;2;88u", "X", "X"),
        ("\x1b[120:88;2;88u", "X", "X"),
        ("\x1b[120:88;2u", "X", "X"),
        ("\x1b[120:88;66:1;88u", "X", "X"),
        ("\x1b[97;1;97u", "a", "a"),
        ("\x1b[97u", "a", "a"),
        ("\x1b[97;1:1u", "a", "a"),
        ("\x1b[13u", "enter", "\r"),
        ("\x1b[13;1:1u", "enter", None),
        ("\x1b[9u", "tab", "\t"),
        ("\x1b[9;2u", "shift+tab", None),
        ("\x1b[127u", "backspace", "\x7f"),
        ("\x1b[27u", "escape", None),
        ("\x1b[32;1;32u", "space", " "),
        ("\x1b[47;1;47u", "slash", "/"),
        ("\x1b[47:63;2;63u", "question_mark", "?"),
        ("\x1b[99;5u", "ctrl+c", None),
        ("\x1b[112;5:1u", "ctrl+p", None),
        ("\x1b[1;1:1B", "down", None),
        ("\x1b[5;1:2~", "pageup", None),
        ("\x1b[15;1:1~", "f5", None),
        ("\x1b[1095:1063:120;2;1063u", "Ч", "Ч"),
    ],
)
def test_keys_are_what_they_are(typed: str, key: str, character: str | None) -> None:
    (found,) = heard(typed.encode())
    assert isinstance(found, events.Key)
    assert (found.key, found.character) == (key, character)


@pytest.mark.parametrize(
    "sent",
    [
        "\x1b[120;2:3;88u",  # let go
        "\x1b[1;1:3A",
        "\x1b[57441;2u",  # shift alone
        "\x1b[57358;65u",  # caps lock
        "\x1b[57442:57442;5:1u",
        "\x1b[88~",  # keys whose numbers Textual takes for characters
        "\x1b[88A",
        "\x1b[99~",
        "\x1b[5;5R",  # nobody asked where the cursor is
        "\x1b[<128;1;1M",  # the button at a mouse's side
        "\x1b[M !!",
        "\x1b[?62;22c",
        "\x1b[48;1;1;0;0t",
        "\x1b[48;9999;9999;9999;9999t",
        "\x1b]11;rgb:0000/0000/0000\x1b\\",
        "\x1b[97;1;1u",
        "\x1b[1114112u",
        "\x1b[55296u",
        "\x1b\r",
        "\x1bé",
        "\ufffd\x85",
    ],
)
def test_what_is_no_key_does_nothing(sent: str) -> None:
    assert heard(sent.encode()) == []


def test_what_is_no_key_but_means_something() -> None:
    (down, up, focus, blur, sync, size) = heard(
        b"\x1b[<0;10;20M\x1b[<0;10;20m\x1b[I\x1b[O\x1b[?2026;2$y\x1b[48;40;120;800;960t"
    )
    assert isinstance(down, events.MouseDown)
    assert (down.x, down.y, down.button) == (9, 19, 1)
    assert isinstance(up, events.MouseUp)
    assert isinstance(focus, events.AppFocus)
    assert isinstance(blur, events.AppBlur)
    assert isinstance(sync, messages.TerminalSupportsSynchronizedOutput)
    assert isinstance(size, events.Resize)
    assert size.size == (120, 40)


def test_a_key_knows_when_and_how_it_was_typed() -> None:
    """Each has facts of its own, though Textual keeps the keys that it has read."""
    source = Messages()
    facts: list[KeyFacts] = []
    x, again, let_go = "\x1b[120:88;2;88u", "\x1b[120:88;2:2;88u", "\x1b[120:88;2:3u"
    for at_s, text in enumerate([x, let_go, x, again, "\x1b[1095:1063:120;2;1063u"]):
        facts += map(key_facts, source.of(Sequence(text, float(at_s))))
    assert [one.typed_at_s for one in facts] == [0, 2, 3, 4]
    assert [one.repeat for one in facts] == [None, False, True, False]
    assert [one.position for one in facts] == [None, None, None, "X"]
    (burst,) = map(key_facts, source.of(Character("X", 5.0, burst=True)))
    assert burst == KeyFacts(5.0, burst=True)
    (stale,) = map(key_facts, source.of(Sequence(x, 6.0), stale=True))
    assert stale == KeyFacts(6.0, repeat=False, stale=True)
    (key, other) = source.of(Sequence("\x1b[0;;20320:22909u", 7.0))
    assert key_facts(key).burst
    assert key_facts(other).burst
    assert [*source.of(Sequence("\x1b[<0;1;1M", 8.0), stale=True)] == []


@given(st.lists(PIECES, min_size=1, max_size=30), st.sampled_from([1, 2, 5, 4096]))
@example(list(KNOWN), 4096)
@example(list(KNOWN), 1)
def test_no_bytes_end_the_input(pieces: list[bytes], at_once: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(driver_module, "_READ_BYTES", at_once)
        found = heard(b"".join(pieces))
    for one in found:
        assert isinstance(
            one,
            events.Key
            | events.MouseEvent
            | events.Paste
            | events.Resize
            | events.AppFocus
            | events.AppBlur
            | messages.TerminalSupportsSynchronizedOutput
            | messages.InBandWindowResize,
        )
        if isinstance(one, events.Resize):
            assert 0 < one.size.width <= 1000
            assert 0 < one.size.height <= 1000


@pytest.mark.parametrize("whole", KNOWN)
def test_every_known_sequence_may_be_cut_everywhere(
    monkeypatch: pytest.MonkeyPatch, whole: bytes
) -> None:
    for cut in range(1, len(whole) + 1):
        heard(whole[:cut])
        heard(whole[cut - 1 :])


def test_a_fault_of_textuals_parser_is_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another parser takes over, whatever the first one was about to say."""
    feed: Callable[..., object] = XTermParser.feed

    def fail(parser: XTermParser, data: str) -> object:
        if data == "X":
            raise IndexError
        return feed(parser, data)

    monkeypatch.setattr(XTermParser, "feed", fail)
    assert keys(heard(b"X\x1b[A\x1b[B")) == ["up", "down"]


# --- what Textual does, and the driver must not ---------------------------------------------------


@pytest.mark.parametrize("sent", ["\x1b[97;1:1u", "\x1b[:H"])
def test_textual_still_raises_for_a_sequence(sent: str) -> None:
    """Else `Messages` need not keep such sequences from it."""
    with pytest.raises((ValueError, IndexError, KeyError)):
        list(XTermParser().feed(sent))


def test_textual_still_takes_parts_of_a_sequence_for_keys() -> None:
    """Else `Tokenizer` is not needed before its parser."""
    parser = XTermParser()
    assert [one.key for one in parser.feed("[27u") if isinstance(one, events.Key)][-1] == "u"
    cut = parser.feed("\x1b[" + "1" * 40)
    assert [one for one in cut if isinstance(one, events.Key)]


def test_textual_still_holds_up_who_writes() -> None:
    """Else `TerminalWriter` is not needed."""
    source, sink = os.pipe()
    with os.fdopen(source, "rb"), os.fdopen(sink, "w") as writing:
        thread = _writer_thread.WriterThread(writing)
        for _ in range(_writer_thread.MAX_QUEUED_WRITES):
            thread.write("x")
        held_up = threading.Thread(target=thread.write, args=("x",), daemon=True)
        held_up.start()
        assert thread._queue.full()
        thread.start()
        held_up.join(20)
        thread.stop()


def test_textual_still_looks_for_keys_all_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else its own loop would do for reading."""
    waits: list[float] = []

    class Selector(selectors.SelectSelector):
        def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
            waits.append(timeout or 0.0)
            driver.exit_event.set()
            return []

    class Stock(LinuxDriver):
        def __init__(self, source: int) -> None:
            self.fileno, self._debug = source, False
            self.exit_event = threading.Event()

    source, sink = os.pipe()
    driver = Stock(source)
    monkeypatch.setattr(selectors, "SelectSelector", Selector)
    driver.run_input_thread()
    os.close(source)
    os.close(sink)
    assert waits[0] == 0.1


def test_textual_still_does_not_return_from_a_plain_stop() -> None:
    """It knows SIGCONT, but not whether it took the terminal down before, and takes it up twice."""
    import inspect

    source = inspect.getsource(LinuxDriver._sigcont_application)
    assert "if self._auto_restart:\n            self.resume_application_mode()" in source


# --- output ---------------------------------------------------------------------------------------


class Unread:
    """A terminal that nobody reads, until it is told to."""

    def __init__(self) -> None:
        self.source, self.sink = os.pipe()
        self.gaps = threading.Event()
        self.writer = TerminalWriter(self.sink, self.gaps.set)

    def read_until(self, end: str) -> str:
        found = b""
        while not found.endswith(end.encode()):
            found += os.read(self.source, 65536)
        return found.decode()

    def fill(self) -> None:
        """Writes until the terminal takes no more."""
        self.writer.write("\x1b[1;1H" + "f" * 300_000 + "\x1b[m")
        while self.writer.blocked_s() == 0.0:
            pass


@pytest.fixture
def unread() -> Iterator[Unread]:
    one = Unread()
    yield one
    os.close(one.source)  # whoever still writes learns that nobody reads
    assert one.writer.close(20)
    os.close(one.sink)


def test_a_terminal_that_takes_nothing_holds_up_nobody(unread: Unread) -> None:
    unread.fill()
    for at in range(2_000):
        unread.writer.write(f"\x1b[2;1Hdrawing {at}" + "." * 2_000)
        unread.writer.write(f"\x1b]2;title {at}\x1b\\")
        unread.writer.write("\x1b[?2004l" if at % 2 else "\x1b[?2004h")
        assert unread.writer._backlog._length <= MOST
    unread.writer.write("\x1b]52;c;Y29waWVk\a")
    shown = unread.read_until("\x1b]52;c;Y29waWVk\a")
    first, rest = shown.split("\x1b[m", 1)
    assert first.startswith("\x1b[1;1H"), "what was begun is ended"
    assert rest == ("\x1b[?2026l\x1b[0m\x1b]2;title 1999\x1b\\\x1b[?2004l\x1b]52;c;Y29waWVk\a"), (
        "the newest of each kind, and no old drawing"
    )
    assert unread.gaps.wait(20), "nobody was asked to draw anew"
    unread.writer.write("dropped")
    unread.writer.redraw_due()
    unread.writer.write("drawn")
    assert unread.read_until("drawn") == "drawn"


def test_drawings_that_wait_for_long_are_dropped() -> None:
    backlog = Backlog()
    backlog.put("old", 0.0)
    backlog.put("still in time", WAIT_S)
    assert backlog.take() == "oldstill in time"
    backlog.put("old", 10.0)
    backlog.put("\x1b[?1049l", 10.5)
    backlog.put("too late", 10.1 + WAIT_S)
    assert backlog.lost
    assert backlog.take() == AFRESH + "\x1b[?1049l"
    assert not backlog


def test_what_the_terminal_takes_in_time_is_all_there(unread: Unread) -> None:
    sent = [f"\x1b[{at};1H{at}" for at in range(200)]
    for one in sent:
        unread.writer.write(one)
    assert unread.read_until(sent[-1]) == "".join(sent)
    assert not unread.gaps.is_set()


def test_closing_does_not_wait_for_a_terminal_for_ever(unread: Unread) -> None:
    unread.fill()
    assert not unread.writer.close(0.01)


def test_a_terminal_that_is_gone_is_no_fault() -> None:
    one = Unread()
    os.close(one.source)
    one.writer.write("nobody reads this")
    assert one.writer.close(20)
    one.writer.write("nor this")
    os.close(one.sink)


def test_a_writer_waits_for_the_one_before_it(unread: Unread) -> None:
    unread.fill()
    assert not unread.writer.close(0.01)
    unread.writer, before = (
        TerminalWriter(unread.sink, unread.gaps.set, after=unread.writer),
        unread.writer,
    )
    unread.writer.write("after")
    assert unread.read_until("after").endswith("f\x1b[mafter")
    assert before.close(20)


def test_while_the_shell_has_the_terminal_nothing_is_drawn(unread: Unread) -> None:
    unread.writer.pause()
    unread.writer.write("drawing")
    unread.writer.redraw_due()
    unread.writer.write("drawing")
    assert unread.writer.blocked_s() > 0, "nobody can see the screen"
    unread.writer.go_on()
    assert unread.writer.blocked_s() == 0
    unread.writer.write("drawn")
    assert unread.read_until("drawn") == "drawn"
