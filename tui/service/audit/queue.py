"""What waits to be recorded: bounded, and what is lost is counted where it is missing."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

from tui.core.frames import Frame

MOST_FRAMES = 20_000
MOST_CHARS = 32_000_000
"""Frames that may wait for the disk, and what they may hold; above it new ones are lost."""
MOST_OTHERS = 100_000
"""Everything else that may wait: no flood of frames ever takes its place."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Stands in the queue where records are missing."""

    frames: int
    others: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened."""

    at_ms: int
    kind: str
    told: object
    written: threading.Event | None = None
    """Of one that goes before everything else, a press: set when the system has taken it."""

    @property
    def frame(self) -> Frame | None:
        """The message that it is, if it is one; notes come seldom and are never dropped."""
        entry = self.told
        return entry if isinstance(entry, Frame) and entry.direction != "note" else None


class AuditQueue:
    """From any thread to the one that writes. Whoever puts waits for no disk."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque()
        self._first: deque[Entry] = deque()
        self._lock = threading.Lock()
        """Held for microseconds; nothing that may hang is done under it."""
        self._frames = self._chars = self._others = 0
        self._lost_frames = self._lost_others = 0

    def __len__(self) -> int:
        return len(self._entries) + len(self._first)

    @property
    def others(self) -> int:
        """How many wait that do not go before everything else."""
        return len(self._entries)

    def put(self, entry: Entry) -> None:
        """Adds the newest entry, or counts it as lost where too many wait."""
        frame = entry.frame
        with self._lock:
            if frame is not None and (self._frames >= MOST_FRAMES or self._chars >= MOST_CHARS):
                self._lost_frames += 1
            elif frame is None and self._others >= MOST_OTHERS:
                self._lost_others += 1
            else:
                if self._lost_frames or self._lost_others:
                    lost = Lost(self._lost_frames, self._lost_others)
                    self._lost_frames = self._lost_others = 0
                    self._add(Entry(entry.at_ms, "lost", lost))
                self._add(entry)

    def take(self) -> Entry:
        """The oldest of those that do not go before everything else. Raises IndexError."""
        return self._take(self._entries)

    def take_first(self) -> Entry | None:
        """The oldest of those that go before everything else, if one waits."""
        return self._take(self._first) if self._first else None

    def _take(self, row: deque[Entry]) -> Entry:
        with self._lock:
            entry = row.popleft()
            self._count(entry, -1)
        return entry

    def put_back(self, entry: Entry) -> None:
        """What was taken last, and could not be recorded."""
        with self._lock:
            self._row(entry).appendleft(entry)
            self._count(entry, 1)

    def _add(self, entry: Entry) -> None:
        self._row(entry).append(entry)
        self._count(entry, 1)

    def _row(self, entry: Entry) -> deque[Entry]:
        return self._first if entry.written is not None else self._entries

    def _count(self, entry: Entry, by: int) -> None:
        frame = entry.frame
        if frame is None:
            self._others += by
        else:
            self._frames += by
            self._chars += by * frame.chars
