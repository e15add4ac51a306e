"""Writes the record of a live desk: in a thread of its own, so that nothing waits for a disk."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import cast

from tui.core.actions import EVERYTHING, Report, Scope
from tui.core.audit.chain import FORMAT, SHORT, START, Chain, torn_digest
from tui.core.audit.codec import Plain, to_plain
from tui.core.audit.heads import NotedHead
from tui.core.audit.snapshots import SnapshotEncoder
from tui.core.clocks import Clock, Instant, read_clock
from tui.core.desk import DeskView
from tui.core.errors import describe_internal_error
from tui.core.formatting import timestamp
from tui.core.frames import Frame
from tui.service.audit.compression import pack_old
from tui.service.audit.files import Writer, day_of, forget_old
from tui.service.audit.queue import AuditQueue, Entry, Lost

GATHER_S = 0.5
"""Frames and pictures of so long are written together; a press or an outcome does not wait."""
RETRY_S = 2.0
"""Between two tries while the disk takes nothing."""
WHOLE_S = 60.0
"""Between two pictures that are written whole, from which a replay can begin."""
PRESS_S = 0.001
"""The longest that a cancel waits for its press to be written."""
SENDING_S = 0.005
"""After a press nothing else is written for so long: its cancel goes out meanwhile."""
AT_ONCE = 8
"""Records that go to the disk in one write: between two writes the other threads come in."""
CLOSE_S = 4.0


class Audit:
    """The record of one session. What happens is handed over from any thread, at once.

    `fault` says in one sentence why nothing is written; cancels go on. `head` is the hash of the
    newest record that the system has taken, `path` its file.
    """

    def __init__(
        self,
        folder: Path,
        session: Mapping[str, object],
        *,
        keep_days: int = 90,
        clock: Clock = read_clock,
        write: Callable[[int, bytes], int] = os.write,
        note_head: Callable[[NotedHead], None] = lambda _: None,
    ) -> None:
        """`session` tells who runs what on which accounts; it stands at the head of each file.

        `note_head` is given the head after each press, outcome and event of the desk, and at the
        end, from the record's thread, once the disk has it.
        """
        self._folder = folder
        self._session = dict(session)
        self._keep_days = keep_days
        self._clock = clock
        self._write = write
        self._note_head = note_head
        self.fault = ""
        self.head = START
        self.path: Path | None = None
        self.changed: Callable[[], None] = lambda: None
        """Called from the thread when the fault is another."""
        self.held_s: Callable[[], float] = lambda: 0.0
        """For how long to give way to what is being sent, in seconds."""
        self._queue = AuditQueue()
        self._picture: tuple[DeskView, Instant] | None = None
        self._work, self._urgent = threading.Event(), threading.Event()
        self._pressed, self._closing = threading.Event(), threading.Event()
        self._pictures = SnapshotEncoder()
        self._whole_at_s = 0.0
        self._chain = Chain()
        self._writer: Writer | None = None
        self._descriptor = -1
        self._day: date | None = None
        self._sealed = bytearray()
        """Lines that are sealed and not yet taken by the system."""
        self._sync = False
        self._began_ms = clock().wall_ms
        self._thread = threading.Thread(target=self._run, name="killdesk record", daemon=True)

    # --- life -------------------------------------------------------------------------------------

    def start(self) -> None:
        """Starts the thread; the folder and the file are opened there."""
        self._first("start", self._session)
        self._thread.start()

    def close(self, wait_s: float = CLOSE_S) -> None:
        """Writes what waits and ends; a disk that hangs is not waited for any longer."""
        if self._thread.is_alive():
            self._closing.set()
            self._pressed.set()
            self._wake(urgent=True)
            self._thread.join(wait_s)

    # --- what happens -----------------------------------------------------------------------------

    def press(
        self, what: str, account: str = "", action: str | None = None, scope: Scope = EVERYTHING
    ) -> None:
        """Somebody asks for it. Returns when the system has the record of it, at the latest after
        `PRESS_S`: a disk that takes its time holds up no cancel."""
        fields: Plain = {"press": what}
        if account:
            fields["account"] = account
        if what == "cancel":
            fields |= {"action": action, "scope": scope}
        written = self._first("press", fields)
        if not self.fault:
            written.wait(PRESS_S)

    def outcome(self, report: Report) -> None:
        """A cancel has ended."""
        at_ms = report.ended_ms or self._clock().wall_ms
        self._put(Entry(at_ms, "outcome", report), urgent=True)

    def remainder(self, report: Report) -> None:
        """What rests beyond the press of this report, whose outcome is on record, has been read."""
        coverage, started_ms = report.coverage, report.started_ms
        self.note("remainder", account=report.account, started_ms=started_ms, coverage=coverage)

    def frame(self, frame: Frame) -> None:
        """A message has crossed the wire, or something has happened to a connection or a timer."""
        noted = frame.direction == "note"
        self._put(Entry(frame.at_ms, "note" if noted else "frame", frame), urgent=noted)

    def picture(self, view: DeskView) -> None:
        """The screen is shown this; of several within a moment the last one is kept."""
        self._picture = (view, self._clock())
        self._wake()

    def note(self, kind: str, **fields: object) -> None:
        """Something else that must be on record, its texts made safe and free of secrets."""
        self._put(Entry(self._clock().wall_ms, kind, fields), urgent=True)

    def _first(self, kind: str, told: Mapping[str, object]) -> threading.Event:
        """Goes before all that waits; returns what is set when the system has taken it."""
        written = threading.Event()
        self._queue.put(Entry(self._clock().wall_ms, kind, told, written))
        self._pressed.set()
        self._wake(urgent=True)
        return written

    def _put(self, entry: Entry, *, urgent: bool) -> None:
        self._queue.put(entry)
        self._wake(urgent=urgent)

    def _wake(self, *, urgent: bool = False) -> None:
        if not self._work.is_set():
            self._work.set()
        if urgent and not self._urgent.is_set():
            self._urgent.set()

    # --- in the thread ----------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            self._work.wait()
            self._urgent.wait(GATHER_S)
            closing = self._closing.is_set()
            self._work.clear()
            self._urgent.clear()
            try:
                self._write_all()
                if closing:  # only now: the end comes after the last picture
                    self._queue.put(Entry(self._clock().wall_ms, "end", {}))
                    self._write_all(pictures=False)
            except Exception as error:  # noqa: BLE001  whatever it is, the record goes on if it can
                self._say_fault(f"{_why_broken(error)}; cancels go on")
                self._work.set()
                self._closing.wait(RETRY_S)
            if closing:
                break
        if self._descriptor >= 0:
            self._note_newest()
            os.close(self._descriptor)
        if self._writer is not None:
            self._writer.close()

    def _note_newest(self) -> None:
        if self.path is None or self._sealed or not self._chain.number:
            return
        at_ms = self._clock().wall_ms
        self._note_head(NotedHead(at_ms, self.path.name, self._chain.number, self._chain.head))

    def _write_all(self, *, pictures: bool = True) -> None:
        """What waits, in its order; then the picture. Raises OSError."""
        if self._descriptor >= 0 and not os.fstat(self._descriptor).st_nlink:
            self._day = None  # somebody has deleted the file: what follows goes into a new one
        self._flush()
        for _ in range(0, self._queue.others, AT_ONCE):
            self._give_way()
            for _ in range(min(AT_ONCE, self._queue.others)):
                self._record(self._queue.take())
            self._flush()
        self._give_way()
        picture, self._picture = self._picture, None
        if picture is not None and pictures:
            self._record_picture(*picture)
            self._flush()
        if self._sync:
            os.fsync(self._descriptor)
            self._sync = False
            self._note_newest()
        if self._queue:
            self._work.set()
        self._say_fault("")

    def _give_way(self) -> None:
        """Writes the presses that wait, and lets what is being sent go out."""
        while wait_s := self._write_first() or self.held_s():
            self._pressed.wait(wait_s)

    def _write_first(self) -> float:
        """How long to wait after it, in seconds; 0 where there was none. Raises OSError."""
        wait_s = 0.0
        self._pressed.clear()
        while (entry := self._queue.take_first()) is not None:
            self._record(entry)
            self._flush()
            if entry.written is not None:
                entry.written.set()
            wait_s = SENDING_S
        return wait_s

    def _record(self, entry: Entry) -> None:
        try:
            self._open()
        except Exception:
            self._queue.put_back(entry)
            raise
        try:
            self._seal(entry.at_ms, entry.kind, _fields(entry.told))
        except Exception:  # noqa: BLE001  what has no plain form must not stop what has one
            self._seal(entry.at_ms, "lost", {"others": 1, "of": entry.kind})
        self._sync = self._sync or entry.frame is None

    def _record_picture(self, view: DeskView, now: Instant) -> None:
        self._open()
        whole: Plain = {}
        if not 0 <= now.wall_s - self._whole_at_s < WHOLE_S:
            self._whole_at_s = now.wall_s
            self._pictures.forget()
            whole = {"whole": True}
        if changes := self._pictures.changes(view, now):
            self._seal(now.wall_ms, "picture", {**whole, **changes})

    def _seal(self, at_ms: int, kind: str, fields: Mapping[str, object]) -> None:
        """Puts one record at the end of the chain, in the file that is open."""
        self._sealed += self._chain.seal(at_ms, kind, fields)

    def _flush(self) -> None:
        """Hands the sealed lines to the system; what it does not take stays for the next time."""
        while self._sealed:
            taken = self._write(self._descriptor, bytes(self._sealed))
            del self._sealed[:taken]
        self.head = self._chain.head

    def _open(self) -> None:
        """Opens the file of the day, unless it is open. Raises OSError."""
        now_ms = self._clock().wall_ms
        day = day_of(now_ms)
        if self._day is not None and day <= self._day:  # a clock set back opens no old file
            return
        if self._writer is None:
            self._writer = Writer(self._folder)
        self._flush()
        descriptor, self.path, tail, follows = self._writer.open(day)
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor, self._day, first = descriptor, day, not self._chain.number
        fields: Plain = {}
        if tail is not None and not tail.ended:
            self._sealed += b"\n"
        if tail is not None and tail.torn is not None:
            fields["torn"] = torn_digest(tail.torn)
        if tail is not None and tail.number:
            self._chain = Chain(tail.head, tail.number)
            self._sealed += self._chain.seal(now_ms, "resume", fields)
        else:
            # One's own chain goes on in the next file, whatever lies in the folder.
            fields |= {"follows": follows if first else self._chain.head, "format": FORMAT}
            self._chain = Chain(str(fields["follows"]))
            self._sealed += self._chain.seal(now_ms, "open", fields)
        if not first:
            since = {"since": timestamp(self._began_ms)}
            self._sealed += self._chain.seal(now_ms, "start", {**self._session, **since})
        self._whole_at_s = 0.0
        with suppress(OSError):  # an old file that cannot be deleted stops no new one
            forget_old(self._folder, day, self._keep_days)
        with suppress(RuntimeError):  # no thread is to be had: old files stay as they are
            threading.Thread(
                target=self._pack, args=(day,), name="killdesk record, old", daemon=True
            ).start()

    def _pack(self, day: date) -> None:
        with suppress(OSError):  # it stays as it is, and is tried again on the next day
            pack_old(self._folder, day, self._closing)

    def _say_fault(self, fault: str) -> None:
        if fault != self.fault:
            self.fault = fault
            self.changed()

    @property
    def last_words(self) -> str:
        """What is said of the record at the end, in one line."""
        if self.fault or self.path is None:
            return self.fault or "the record of this session could not be begun"
        return f"record: {self.path}, head {self.head[:SHORT]}"


def _why_broken(error: Exception) -> str:
    if isinstance(error, OSError):
        why = error.strerror or type(error).__name__
        return f"the record of this session is broken: {why}"
    return f"the record has a fault of killdesk's own: {describe_internal_error(error)}"


def _fields(told: object) -> Mapping[str, object]:
    """What is told, as JSON can hold it. Raises TypeError."""
    if isinstance(told, Frame):
        fields = cast("Plain", to_plain(told))
        del fields["at_ms"]
        return fields
    if isinstance(told, Report | Lost):
        return cast("Plain", to_plain(told))
    return {name: to_plain(value) for name, value in cast("Mapping[str, object]", told).items()}
