"""Frames: messages as they crossed the wire, and the bounded queue that takes them to a reader."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal

Transport = Literal["ws", "rest"]
Direction = Literal["out", "in", "note"]
"""`note` marks what happened to a connection: opened, lost, refused."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message, redacted and made safe before it is built; nothing in it can leak or inject."""

    seq: int
    """Counts every frame of the desk from 1; a gap tells how many a reader has missed."""
    at_ms: int
    """Wall clock, epoch milliseconds."""
    account: str
    transport: Transport
    direction: Direction
    text: str
    """The payload on one line; for REST led by method and path, or by the HTTP status."""
    size: int = 0
    """Bytes on the wire (the body for REST)."""
    unpacked: int = 0
    """Bytes after decompression; equals `size` where nothing was packed."""
    latency_ms: float | None = None
    """On a reply: from the send of its request to its arrival."""
    request: int | None = None
    """On a reply: `seq` of its request."""
    error: bool = False
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def chars(self) -> int:
        """Characters it holds, which is what it costs to keep."""
        return len(self.text) + sum(len(name) + len(value) for name, value in self.headers)


class FrameFeed:
    """A queue from the one thread that records to the one that shows, bounded in frames and size.

    Neither side ever waits: when the reader stands still, the oldest frames fall off and the gap
    in `seq` counts them. There is no lock. Taking one frame off the queue is atomic, so each goes
    either to the reader or to waste, and each count below is written by one thread alone. The
    reader counts a frame after it took it: the writer may think the queue one frame fuller than it
    is, never emptier.
    """

    def __init__(self, capacity: int = 50_000, most_chars: int = 64_000_000) -> None:
        self._queue: deque[Frame] = deque()
        self._capacity = capacity
        self._most_chars = most_chars
        self._kept_chars = 0
        """Put and not fallen off since; only the writer counts here."""
        self._drained_chars = 0
        """Only the reader counts here."""

    def put(self, frame: Frame) -> None:
        """Adds the newest frame, which always stays, and drops the oldest above the bounds."""
        self._kept_chars += frame.chars
        self._queue.append(frame)
        while len(self._queue) > self._capacity or (
            self._kept_chars - self._drained_chars > self._most_chars and len(self._queue) > 1
        ):
            try:
                self._kept_chars -= self._queue.popleft().chars
            except IndexError:
                break

    def drain(self, limit: int = 5_000) -> list[Frame]:
        """Takes the oldest frames out, at most `limit`."""
        taken: list[Frame] = []
        while len(taken) < limit:
            try:
                frame = self._queue.popleft()
            except IndexError:
                break
            self._drained_chars += frame.chars
            taken.append(frame)
        return taken

    def __len__(self) -> int:
        return len(self._queue)
