"""The dashboard as the program starts it, on a desk that a benchmark has made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from tui.core.accounts import Account
from tui.service.desk.deferred import DeferredDesk, awaited
from tui.service.desk.live import LiveDesk
from tui.ui.app import launch as dashboard
from tui.ui.app.app import KilldeskApp
from tui.venues import VENUES


def show(
    desk: LiveDesk,
    accounts: Sequence[Account],
    *,
    confirm: str = "twice",
    made: Callable[[KilldeskApp], None] = lambda _: None,
) -> int:
    """Runs the screen until it is left; `made` is given the app before that. Returns its code."""

    @contextmanager
    def opening() -> Iterator[LiveDesk]:
        desk.start()
        try:
            yield desk
        finally:
            desk.stop()

    late = DeferredDesk(
        [awaited(one.name, one.venue, VENUES[one.venue].spec.title) for one in accounts], opening
    )

    def screen(ready: Callable[[], None]) -> KilldeskApp:
        app = KilldeskApp(late, demo=False, confirm=confirm, ready=ready)
        made(app)
        return app

    return dashboard._show(late, screen)
