"""A past session as a desk: it shows what was shown, at the pace one likes, and sends nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace

from tui.core.actions import EVERYTHING, Scope
from tui.core.audit.chain import SHORT, Record
from tui.core.audit.codec import NotPlain, from_plain
from tui.core.audit.snapshots import SnapshotDecoder
from tui.core.clocks import Clock, Instant, read_clock
from tui.core.desk import DeskView, NewSettings
from tui.core.frames import Frame, FrameFeed
from tui.core.sanitize import sanitize
from tui.service.audit.reader import CannotRead
from tui.service.replay.index import ReplayIndex

SPEEDS = (1, 2, 5, 10, 60)
FRAMES_BEFORE = 200
"""Messages that are shown of the time before the moment one goes to."""
_AT_ONCE = 500
"""Moments that are read before the screen is let in."""
_MOST_PAIRS = 20_000
_JUST_S = 0.005


@dataclass(frozen=True, slots=True)
class Place:
    """Where the replay stands."""

    position_ms: float
    length_ms: int
    wall_ms: int
    """What the clock said there, epoch ms."""
    playing: bool
    speed: int
    outcomes: int
    """Of the whole file."""
    outcome: int
    """How many of them are over."""

    @property
    def at_end(self) -> bool:
        return self.position_ms >= self.length_ms


class ReplayDesk:
    """Implements `tui.core.desk.Desk`: every command of a desk does nothing here.

    A thread of its own reads the file; `clock` tells the time of the replay.
    """

    def __init__(self, index: ReplayIndex, clock: Clock = read_clock) -> None:
        self.frames = FrameFeed()
        self.index = index
        self._real = clock
        self._view = DeskView((), self._said())
        self._watcher: Callable[[], None] | None = None
        self._nudged = threading.Event()
        self._lock = threading.Condition()
        """Around where it stands and where it shall go; files are read outside of it."""
        self._from_ms, self._since = 0.0, clock()
        self._playing, self._speed = True, SPEEDS[0]
        self._sought: float | None = None
        self._outcome: int | None = None
        """The number of the outcome that it was told to go to, while it stands there."""
        self._ended = False
        self._next = 0
        self._album = SnapshotDecoder()
        self._seq = 0
        self._renumbered: dict[int, int] = {}
        self._trouble = ""
        self._thread = threading.Thread(target=self._run, name="killdesk replay", daemon=True)

    # --- life, and what keys do, from any thread and at once --------------------------------------

    def start(self) -> None:
        self._since = self._real()
        self._thread.start()

    def stop(self) -> None:
        with self._lock:
            self._ended = True
            self._lock.notify()
        if self._thread.is_alive():
            self._thread.join(2.0)

    @property
    def place(self) -> Place:
        with self._lock:
            position_ms, playing, speed = self._position_ms, self._playing, self._speed
            over = self._outcome
        index = self.index
        if over is None:
            over = sum(index.positions_ms[outcome] <= position_ms for outcome in index.outcomes)
        wall_ms = index.wall_ms(position_ms)
        at_end = position_ms >= index.length_ms
        return Place(position_ms, index.length_ms, wall_ms, playing and not at_end, speed,
                     len(index.outcomes), over)  # fmt: skip

    def clock(self) -> Instant:
        """The time of the replay, on every clock."""
        with self._lock:
            position_ms = self._position_ms
        return Instant(*(self.index.wall_ms(position_ms) / 1000,) * 3)

    def pause(self) -> None:
        """Stands still, or goes on; at the end it has come to stand, and begins anew from there."""
        with self._lock:
            self._outcome = None
            if self._position_ms >= self.index.length_ms:
                self._sought, self._playing = 0.0, True
            else:
                self._stand(self._position_ms)
                self._playing = not self._playing
            self._lock.notify()

    def faster(self, by: int) -> None:
        """The next of the speeds, or with -1 the one before."""
        with self._lock:
            at = SPEEDS.index(self._speed) + by
            self._stand(self._position_ms)
            self._speed = SPEEDS[min(max(at, 0), len(SPEEDS) - 1)]
            self._lock.notify()

    def seek(self, position_ms: float) -> None:
        """Goes to a position."""
        with self._lock:
            self._outcome = None
            self._sought = min(max(0.0, position_ms), float(self.index.length_ms))
            self._lock.notify()

    def step(self, by_ms: float) -> None:
        """Goes so far on, or back."""
        with self._lock:
            held = self._position_ms if self._sought is None else self._sought
        self.seek(held + by_ms)

    def to_outcome(self, by: int) -> bool:
        """Goes to the next outcome, or with -1 to the one before, and stands still there; False if
        there is none. Outcomes that one picture shows for the first time are counted one by one."""
        with self._lock:
            held = self._position_ms if self._sought is None else self._sought
            number = self._outcome
        number = self.index.outcome_from(held, by) if number is None else number + by
        if not 1 <= number <= len(self.index.outcomes):
            return False
        found = self.index.landing(self.index.outcomes[number - 1])
        with self._lock:
            self._stand(found)
            self._playing = False
        self.seek(found)
        with self._lock:
            self._outcome = number
        return True

    @property
    def _position_ms(self) -> float:
        if not self._playing:
            return self._from_ms
        passed_ms = self._real().steady_since(self._since) * 1000 * self._speed
        return min(self._from_ms + passed_ms, float(self.index.length_ms))

    def _stand(self, position_ms: float) -> None:
        self._from_ms, self._since = position_ms, self._real()

    # --- Desk -------------------------------------------------------------------------------------

    @property
    def view(self) -> DeskView:
        return self._view

    def watch(self, changed: Callable[[], None]) -> None:
        self._watcher = changed

    def caught_up(self) -> None:
        self._nudged.clear()

    def screen_alive(self) -> None:
        """Nothing here depends on the screen."""

    def cancel(self, account: str, action: str | None = None, scope: Scope = EVERYTHING) -> None:
        """Nothing: what is past cannot be cancelled."""

    def panic(self) -> None:
        """Nothing: what is past cannot be cancelled."""

    def arm(self, account: str) -> None:
        """Nothing."""

    def disarm(self, account: str) -> None:
        """Nothing."""

    def cancel_then_disarm(self, account: str) -> None:
        """Nothing."""

    def confirm_presence(self) -> None:
        """Nothing."""

    def note(self, kind: str, text: str) -> None:
        """Nothing: what is past is on record."""

    def refresh(self, account: str) -> None:
        """Nothing."""

    def reconfigure(self, new: NewSettings) -> Future[str]:
        """What is past has no settings."""
        refused: Future[str] = Future()
        refused.set_result("this is a replay: there is nothing to change")
        return refused

    # --- in the thread ----------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._ended:
            try:
                wait_s = self._go_on()
            except CannotRead as error:
                self._trouble = sanitize(str(error), 300)
                self._publish()
                wait_s = None
            with self._lock:
                if not self._ended and self._sought is None:
                    self._lock.wait(wait_s)

    def _go_on(self) -> float | None:
        """Shows what is due; seconds until more is, None while it stands still."""
        with self._lock:
            sought, self._sought = self._sought, None
            if sought is not None:
                self._stand(sought)
            target_ms = self._position_ms
        if sought is not None:
            self._go_to(self.index.until(sought))
        due = self.index.until(target_ms)
        end = min(due, self._next + _AT_ONCE)
        if end > self._next:
            for letter, record in self.index.read(self._next, end):
                self._show(letter, record)
            self._next = end
        self._publish()
        if end < due:  # a flood: the replay falls behind rather than leave something out
            with self._lock:
                if self._playing and self._sought is None:
                    self._stand(float(self.index.positions_ms[end]))
            return _JUST_S
        with self._lock:
            if self._position_ms >= self.index.length_ms:
                self._playing, self._from_ms = False, float(self.index.length_ms)
            if not self._playing:
                return None
            if self._next >= len(self.index):
                return _JUST_S
            ahead_ms = self.index.positions_ms[self._next] - self._position_ms
            return max(_JUST_S, ahead_ms / 1000 / self._speed)

    def _go_to(self, moment: int) -> None:
        """Puts up the picture of that moment, and the messages before it."""
        pictures = self._pictures(self.index.whole_before(moment - 1), moment)
        self._album = (
            SnapshotDecoder()
        )  # only now: a file that cannot be read any more blanks no panel
        for letter, record in pictures:
            self._show(letter, record)
        first = self.index.kinds.find("p")
        if first >= moment:  # before the first picture of all, it stands for the beginning
            for letter, record in self.index.read(first, first + 1):
                self._show(letter, record)
        before = max(0, moment - FRAMES_BEFORE)
        at_ms = self.index.wall_ms(self.index.positions_ms[max(0, moment - 1)])
        self._put(
            Frame(0, at_ms, "replay", "rest", "note", "from here: what came before this moment")
        )
        for letter, record in self.index.read(before, moment):
            if letter == "f":
                self._show(letter, record)
        self._next = moment

    def _pictures(self, first: int, end: int) -> list[tuple[str, Record]]:
        found: list[tuple[str, Record]] = []
        for moment in range(first, end):
            if self.index.kinds[moment] == "p":
                found += self.index.read(moment, moment + 1)
        return found

    def _show(self, letter: str, record: Record) -> None:
        if letter == "p":
            if record.fields.get("whole"):
                self._album = SnapshotDecoder()
            self._album.turn(record.fields)
        elif letter == "f":
            try:
                frame = from_plain(Frame, {**record.fields, "at_ms": record.at_ms})
            except NotPlain:
                return
            self._put(frame)
        elif letter == "s":
            self._renumbered.clear()
            who = sanitize(f"{record.fields.get('user')} on {record.fields.get('host')}", 120)
            text = f"a session begins: killdesk {record.fields.get('what')}, {who}"
            self._put(Frame(0, record.at_ms, "replay", "rest", "note", sanitize(text, 300)))

    def _put(self, frame: Frame) -> None:
        """Numbers go on rising when the replay goes back, and a reply still names its request."""
        self._seq += 1
        if len(self._renumbered) > _MOST_PAIRS:
            self._renumbered.clear()
        if frame.seq:
            self._renumbered[frame.seq] = self._seq
        request = None if frame.request is None else self._renumbered.get(frame.request)
        self.frames.put(replace(frame, seq=self._seq, request=request))

    def _publish(self) -> None:
        view = self._album.view
        notice = "; ".join(filter(None, (self._said(), self._trouble, view.notice)))
        self._view = DeskView(view.accounts, notice, self.index.verdict.head)
        if self._watcher is not None and not self._nudged.is_set():
            self._nudged.set()
            self._watcher()

    def _said(self) -> str:
        verdict, name = self.index.verdict, sanitize(self.index.path.name, 60)
        if verdict.intact:
            return f"replay of {name}, its chain holds; head {verdict.head[:SHORT]}"
        return f"replay of {name}, NOT as it was written: line {verdict.line}: {verdict.fault}"
