"""A venue spoken to for reading alone: what would change anything there cannot be said."""

from __future__ import annotations

from dataclasses import replace

from tui.core.actions import Ack, Action, Scope, Verdict
from tui.core.frames import Transport
from tui.core.orders import Book
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import Exchange, Market
from tui.venues.base.protocol import VenueAdapter
from tui.venues.base.specs import Profile
from tui.venues.common.delegating import Delegating
from tui.venues.common.progress import Progress


class ReadOnlyAdapter(Delegating):
    """An adapter without cancels and without timers; the rest is as the venue has it."""

    def __init__(self, adapter: VenueAdapter) -> None:
        super().__init__(adapter)
        self.spec = replace(adapter.spec, timers=())

    def cancel(
        self,
        profile: Profile,
        action: Action,
        scope: Scope,
        book: Book | None,
        route: Transport,
        progress: Progress | None = None,
        lately: frozenset[Market] = frozenset(),
    ) -> Exchange[Ack]:
        raise _refused()

    def set_timer(self, profile: Profile, timer: str, countdown_s: int) -> Exchange[Ack]:
        raise _refused()


def _refused() -> VenueError:
    return VenueError(Verdict.REFUSED, "", "this screen only looks: it has no such call")
