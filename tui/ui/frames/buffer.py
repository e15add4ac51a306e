"""The frames a screen keeps: bounded, counted, filtered, and found again by their number."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import overload

from tui.core.frames import Direction, Frame, Transport

_DIRECTIONS: dict[str, Direction] = {":out": "out", ":in": "in", ":note": "note"}
_TRANSPORTS: dict[str, Transport] = {":ws": "ws", ":rest": "rest"}
_seq = attrgetter("seq")
MOST_FRAMES = 50_000
MOST_CHARS = 64_000_000
"""Bounds the memory of large frames: a character takes one byte, or up to four beyond Latin."""


@dataclass(frozen=True, slots=True)
class FrameFilter:
    """Which frames a reader wants to see. Everything that is given must hold."""

    account: str | None = None
    text: str = ""
    """Words; each must occur in the payload, in whatever case."""
    direction: Direction | None = None
    transport: Transport | None = None
    errors: bool = False

    @classmethod
    def parse(cls, line: str, account: str | None = None) -> FrameFilter:
        """Reads a typed line: `:error :in :out :note :ws :rest @account`; the rest is text."""
        found, words = cls(account=account), []
        for word in line.split():
            if word in (":error", ":errors"):
                found = replace(found, errors=True)
            elif word in _DIRECTIONS:
                found = replace(found, direction=_DIRECTIONS[word])
            elif word in _TRANSPORTS:
                found = replace(found, transport=_TRANSPORTS[word])
            elif word.startswith("@") and len(word) > 1:
                found = replace(found, account=word[1:])
            else:
                words.append(word)
        return replace(found, text=" ".join(words))

    def __str__(self) -> str:
        """The line that says the same, without the account."""
        marks = (
            f":{self.direction}" if self.direction else "",
            f":{self.transport}" if self.transport else "",
            ":error" if self.errors else "",
        )
        return " ".join(part for part in (self.text, *marks) if part)

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self.text.lower().split())

    @property
    def empty(self) -> bool:
        return self == FrameFilter()

    def narrows(self, wider: FrameFilter) -> bool:
        """Whether whatever this lets through, `wider` does too; typing on is mostly that."""
        return self.text.startswith(wider.text) and replace(self, text=wider.text) == wider

    def test(self) -> Callable[[Frame], bool]:
        """A test for many frames, its words prepared once."""
        account, direction, transport = self.account, self.direction, self.transport
        errors, words = self.errors, self.words

        def wanted(frame: Frame) -> bool:
            if (
                (account is not None and frame.account != account)
                or (direction is not None and frame.direction != direction)
                or (transport is not None and frame.transport != transport)
                or (errors and not frame.error)
            ):
                return False
            if not words:
                return True
            text = frame.text.lower()
            return all(word in text for word in words)

        return wanted


NO_FILTER = FrameFilter()


class FrameList(Sequence[Frame]):
    """Frames in the order of their numbers; taking from the front costs nothing."""

    def __init__(self) -> None:
        self._frames: list[Frame] = []
        self._start = 0

    def __len__(self) -> int:
        return len(self._frames) - self._start

    @overload
    def __getitem__(self, index: int) -> Frame: ...
    @overload
    def __getitem__(self, index: slice) -> list[Frame]: ...
    def __getitem__(self, index: int | slice) -> Frame | list[Frame]:
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            return self._frames[self._start + start : self._start + stop : step]
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        return self._frames[index if index < 0 else self._start + index]

    def extend(self, frames: Iterable[Frame]) -> None:
        self._frames.extend(frames)

    def drop(self, count: int) -> None:
        """Lets the oldest go; the room is given back once an eighth is empty."""
        self._start += count
        if self._start * 8 >= len(self._frames):
            del self._frames[: self._start]
            self._start = 0

    def find(self, seq: int) -> int:
        """Where `seq` stands, or would stand."""
        return bisect_left(self._frames, seq, lo=self._start, key=_seq) - self._start

    def place(self, seq: int | None) -> int | None:
        """Where `seq` stands; None when it is not here."""
        if seq is None:
            return None
        index = self.find(seq)
        return index if index < len(self) and self[index].seq == seq else None


@dataclass(frozen=True, slots=True)
class Change:
    """What an append did to the filtered view."""

    added: int
    """Rows that came at its end."""
    dropped: int
    """Rows that fell off its front."""


class FrameBuffer:
    """The newest frames, and the ones of them that a filter lets through.

    There are at most `capacity`, and fewer where they hold more than `most_chars` together.
    A frame is addressed by its `seq`, which stays good when rows before it fall off.
    """

    def __init__(self, capacity: int = MOST_FRAMES, most_chars: int = MOST_CHARS) -> None:
        self.capacity = capacity
        self.most_chars = most_chars
        self._chars = 0
        self.fallen = 0
        """Frames that fell off here because newer ones came."""
        self.missed = 0
        """Frames that fell off before they were handed over; they were never shown."""
        self.newest = 0
        """The highest `seq` seen."""
        self._all = FrameList()
        self._replies: dict[int, int] = {}
        self._wanted = NO_FILTER
        self._test = NO_FILTER.test()
        self._view = self._all

    def __len__(self) -> int:
        return len(self._all)

    @property
    def lost(self) -> int:
        """How many frames of this session cannot be shown any more."""
        return self.fallen + self.missed

    @property
    def oldest(self) -> int:
        """The lowest `seq` that is kept; 0 when there is none."""
        return self._all[0].seq if self._all else 0

    @property
    def view(self) -> FrameList:
        """The frames that the filter lets through, oldest first."""
        return self._view

    @property
    def wanted(self) -> FrameFilter:
        """The filter. Setting another goes once through all frames, or through fewer if it can."""
        return self._wanted

    @wanted.setter
    def wanted(self, wanted: FrameFilter) -> None:
        if wanted == self._wanted:
            return
        source = self._view if wanted.narrows(self._wanted) else self._all
        self._wanted, self._test = wanted, wanted.test()
        if wanted.empty:
            self._view = self._all
        else:
            self._view = FrameList()
            self._view.extend(filter(self._test, source))

    def extend(self, frames: Sequence[Frame], missed: int = 0) -> Change:
        """Takes new frames in, in the order of their numbers."""
        self.missed += missed
        if not frames:
            return Change(0, 0)
        self.newest = frames[-1].seq
        kept = self._newest_of(frames)
        self.fallen += len(frames) - len(kept)
        self._all.extend(kept)
        for frame in kept:
            if frame.request is not None:
                self._replies[frame.request] = frame.seq
        added = len(kept)
        if self._view is not self._all:
            wanted = list(filter(self._test, kept))
            self._view.extend(wanted)
            added = len(wanted)
        return Change(added, self._trim())

    def _newest_of(self, frames: Sequence[Frame]) -> Sequence[Frame]:
        """As many of the newest as fit in here, at least one; the room they take is counted."""
        start, chars = len(frames) - 1, frames[-1].chars
        while start > 0 and len(frames) - start < self.capacity:
            more = frames[start - 1].chars
            if chars + more > self.most_chars:
                break
            start, chars = start - 1, chars + more
        self._chars += chars
        return frames[start:]

    def _trim(self) -> int:
        """Lets the oldest go until the rest fits; returns how many the filtered view lost."""
        excess, count = 0, len(self._all)
        while count - excess > self.capacity or (
            self._chars > self.most_chars and count - excess > 1
        ):
            frame = self._all[excess]
            self._chars -= frame.chars
            if frame.request is not None:
                self._replies.pop(frame.request, None)
            excess += 1
        if not excess:
            return 0
        self.fallen += excess
        oldest = self._all[excess].seq
        dropped = self._view.find(oldest)
        self._view.drop(dropped)
        if self._view is not self._all:
            self._all.drop(excess)
        return dropped

    def clear(self) -> None:
        """Forgets every frame and every count; the filter stays."""
        self._all = FrameList()
        self._view = self._all if self._wanted.empty else FrameList()
        self._chars = 0
        self._replies.clear()
        self.fallen = self.missed = self.newest = 0

    def get(self, seq: int | None) -> Frame | None:
        """The frame of that number, when it is still kept."""
        index = self._all.place(seq)
        return None if index is None else self._all[index]

    def pair(self, frame: Frame) -> Frame | None:
        """The request of a reply, or the reply to a request, when it is still kept."""
        if frame.request is not None:
            return self.get(frame.request)
        return self.get(self._replies.get(frame.seq))

    def step(self, seq: int, by: int) -> Frame | None:
        """The frame `by` rows further in the filtered view; None at its ends."""
        index = self._view.find(seq)
        here = self._view.place(seq) is not None
        target = index + by if here or by < 0 else index + by - 1
        if not 0 <= target < len(self._view):
            return None
        return self._view[target]
