"""The drills of this desk: those kept, the one under way, and what the header says of the last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message
from textual.message_pump import MessagePump

from tui.core.desk import DeskView
from tui.core.formatting import ago

if TYPE_CHECKING:
    from tui.core.drill import Drill
    from tui.service.drill.subprocess import DrillProcess

JUST_NOW_MS = 60_000
"""A drill younger than this was just now."""
CAREFUL_MS = 30 * 86_400_000
"""Age from which a drill says little of the desk."""


class DrillMoved(Message):
    """A drill has come on, or to its end."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, DrillMoved)


@dataclass(frozen=True, slots=True)
class DrillNote:
    """When the last drill was: `drill 3 d ago`."""

    words: str
    careful: bool


class DrillController:
    """Starts drills and remembers them. One at a time; each in a process of its own.

    `keep` says whether results go to the file of the desk: those of the demo desk do not.
    """

    def __init__(self, kept: Sequence[Drill] = (), *, keep: bool = False) -> None:
        self.ended = tuple(kept)
        self.running: Drill | None = None
        """As far as the one under way has come; None when none is."""
        self.keep = keep
        self._process: DrillProcess | None = None
        self._pumps: tuple[MessagePump, ...] = ()

    def watch(self, pump: MessagePump) -> None:
        """`pump` is sent a `DrillMoved` when a drill has come on."""
        self._pumps = (*self._pumps, pump)

    def unwatch(self, pump: MessagePump) -> None:
        """`pump` is sent none any more."""
        self._pumps = tuple(one for one in self._pumps if one is not pump)

    def start(self, view: DeskView) -> None:
        """Drills the desk as it is now, unless one is under way or there is nothing to drill."""
        if self.running is not None or not view.accounts:
            return
        from tui.core.drill import Drill
        from tui.service.drill.plan import plan_of_view
        from tui.service.drill.subprocess import DrillProcess

        process = DrillProcess(
            plan_of_view(view, keep=self.keep), lambda drill: self._told(process, drill)
        )
        self.running = Drill(0, ())
        self._process = process
        process.start()

    def stop(self) -> None:
        """Ends what is under way."""
        if self._process is not None:
            self._process.stop()

    @property
    def last(self) -> Drill | None:
        """The newest that came to its end, whether it counts or not."""
        return self._last_of(any_size=True)

    def before(self, drill: Drill) -> Drill | None:
        """The one that counts before `drill`."""
        return self._last_of(before_ms=drill.at_ms)

    def _last_of(self, before_ms: int | None = None, *, any_size: bool = False) -> Drill | None:
        if not self.ended:
            return None
        from tui.core.drill import last_of

        return last_of(self.ended, before_ms=before_ms, any_size=any_size)

    def note(self, now_ms: int) -> DrillNote | None:
        """What the header says; None where there has been no drill."""
        if self.running is not None:
            return DrillNote("drill under way", careful=False)
        last = self._last_of()
        if last is None:
            return None
        old = now_ms - last.at_ms
        when = drilled_ago(old)
        return DrillNote(
            f"drill {when}" if last.ok else f"drill FAILED {when}",
            not last.ok or old > CAREFUL_MS,
        )

    def _told(self, process: DrillProcess, drill: Drill) -> None:
        if process is not self._process:
            return
        if drill.done:
            self.ended = (*self.ended, drill)
            self.running = None
        else:
            self.running = drill
        for pump in self._pumps:
            pump.post_message(DrillMoved())


def drilled_ago(ms: int) -> str:
    """`just now`, for the first minute; then `5 min ago`, `3 h ago`, `3 d ago`."""
    return ago(ms, just_now_ms=JUST_NOW_MS)
