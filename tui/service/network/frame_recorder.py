"""Turns what crosses a wire into frames: redacted first, then made safe, then handed over."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from itertools import count
from typing import TypeAlias

from tui.core.clocks import Clock
from tui.core.frames import Direction, Frame, FrameFeed, Transport
from tui.core.sanitize import MAX_CHARS, safe_texts
from tui.core.secrets import Redactor

_OVERLAP = 4_096
"""Characters kept past the cut while redacting, so that no secret is cut in half and survives."""
FEW_S = 0.25
"""Before a message is cleaned: a press that comes meanwhile goes first."""
MANY = 20
MANY_S = 0.1
"""Before they are cleaned when there are so many."""
PAUSE_S = 0.005
SLICE_S = 0.002
"""Messages are cleaned for so long at a time, with a pause between; a press comes in between."""
MOST_WAITING = 1_000
"""Messages that may wait to be cleaned; under a flood each new one then cleans the oldest."""

Later: TypeAlias = Callable[[float, Callable[[], None]], object]
"""Calls a function after so many seconds: `call_later` of a loop."""
_Raw: TypeAlias = tuple[Callable[..., Frame], str, tuple[str, ...], tuple[tuple[str, str], ...]]
"""What makes the frame of a message, and of the message: text, hidden values and headers."""


class Recorder:
    """The one writer of frames. Knows every secret of the desk, so that no frame can hold one.

    To take secrets out costs more than to send a request. So a message is only noted when it
    crosses the wire, and cleaned `later`: with the next picture, or after `FEW_S` or `MANY_S`.
    Without `later` it is cleaned at once.
    """

    def __init__(
        self,
        feed: FrameFeed,
        clock: Clock,
        changed: Callable[[float], None],
        later: Later | None = None,
        also: Callable[[Frame], None] | None = None,
    ) -> None:
        """`changed` is told within how many seconds there is something to see; `also` is given each
        frame that `feed` is."""
        self._feed = feed
        self._also = also
        self._clock = clock
        self._changed = changed
        self._later = later
        self._redactor = Redactor()
        self._seq = count(1)
        self._waiting: deque[_Raw] = deque()
        self._due = False

    def learn(self, secrets: Iterable[str]) -> None:
        """Values that must never appear in a frame, in any encoding."""
        self._redactor.learn(secrets)

    def record(
        self,
        account: str,
        transport: Transport,
        direction: Direction,
        text: str,
        *,
        size: int = 0,
        unpacked: int | None = None,
        latency_ms: float | None = None,
        request: int | None = None,
        error: bool = False,
        hidden: Iterable[str] = (),
        headers: Iterable[tuple[str, str]] = (),
    ) -> int:
        """Notes one frame and returns its number. `hidden` are secrets of this message alone."""
        seq = next(self._seq)
        frame = partial(
            Frame,
            seq=seq,
            at_ms=self._clock().wall_ms,
            account=account,
            transport=transport,
            direction=direction,
            size=size,
            unpacked=size if unpacked is None else unpacked,
            latency_ms=latency_ms,
            request=request,
            error=error,
        )
        self._waiting.append((frame, text, tuple(hidden), tuple(headers)))
        many = len(self._waiting) >= MANY
        wait_s = MANY_S if many else FEW_S
        if self._later is None or len(self._waiting) > MOST_WAITING:
            self._clean_one()
        elif not self._due or len(self._waiting) == MANY:
            self._due = True
            self._later(wait_s, self._clean_some)
        self._changed(wait_s)
        return seq

    def catch_up(self) -> None:
        """Cleans what waits, but not for long: a picture goes with the frames that led to it."""
        begun = self._clock()
        while self._waiting and self._clock().steady_since(begun) < SLICE_S:
            self._clean_one()

    def flush(self) -> None:
        """Cleans and hands over all that waits."""
        while self._waiting:
            self._clean_one()
        self._changed(0.0)

    def _clean_some(self) -> None:
        cleaned = bool(self._waiting)
        try:
            self.catch_up()
        finally:
            self._due = bool(self._waiting)
            if self._due and self._later is not None:
                self._later(PAUSE_S, self._clean_some)
            if cleaned:
                self._changed(MANY_S)

    def _clean_one(self) -> None:
        frame, text, hidden, headers = self._waiting.popleft()
        parts = (text, *(part for header in headers for part in header))
        cut = [part[: MAX_CHARS + _OVERLAP] for part in parts]
        shown, *safe = safe_texts(self._redactor.redact_all(cut, hidden))
        made = frame(text=shown, headers=tuple(zip(safe[::2], safe[1::2], strict=True)))
        self._feed.put(made)
        if self._also is not None:
            self._also(made)
