"""A desk that only looks, before real sockets: it reads everything and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tui.core.actions import EVERYTHING, Outcome
from tui.core.desk import Health
from tui.core.desk_gate import VIEW_ONLY
from tui.venues import VENUES, adapter_for
from tui.venues.base.errors import VenueError
from tui.venues.base.protocol import VenueAdapter
from tui.venues.base.specs import Profile
from tui.venues.common.read_only import ReadOnlyAdapter

NAMES = ("htx-legacy", "htx-unified", "okx-desk", "bitget-uta")


def files_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def test_every_command_is_denied_and_the_book_is_read(
    open_desk: Callable[..., Any], simulator: Any, tmp_path: Path
) -> None:
    before = simulator.state()["accounts"]
    on_test = open_desk(*NAMES, view_only=True, locks=tmp_path)
    desk = on_test.desk
    await on_test.ready(*NAMES)
    assert all(account.book.orders for account in desk.view.accounts)
    asked = len(on_test.log())
    desk.panic()
    for name in NAMES:
        desk.cancel(name)
        desk.arm(name)
        desk.cancel_then_disarm(name)
        desk.disarm(name)
        account = await on_test.reported(name, len(on_test.account(name).actions))
        assert {report.outcome for report in account.reports} == {Outcome.DENIED}
        assert {report.message for report in account.reports} == {VIEW_ONLY}
        assert account.timers == () and account.health is Health.READY
    desk.refresh("okx-desk")
    await on_test.until(lambda: len(on_test.log()) > asked)
    assert simulator.state()["accounts"].keys() == before.keys()
    for name, then in before.items():
        now = simulator.account(name)
        assert now["by_kind"] == then["by_kind"], name
        assert not any(timer["armed"] for timer in now["timers"].values())
    sent = [frame.text for frame in on_test.log() if frame.direction == "out"]
    assert not any("cancel" in text.lower() or "countdown" in text.lower() for text in sent)
    assert files_in(tmp_path) == [], "no timer is held, so none is locked"


async def test_a_press_while_the_keyring_is_read_is_denied_too(
    open_desk: Callable[..., Any],
) -> None:
    on_test = open_desk("okx-desk", view_only=True)
    on_test.desk.cancel("okx-desk")
    account = await on_test.reported("okx-desk")
    assert {report.outcome for report in account.reports} == {Outcome.DENIED}


@pytest.mark.parametrize("name", NAMES)
def test_nothing_that_changes_anything_can_be_said(simulator: Any, name: str) -> None:
    from tui.core.accounts import Account

    venue = VENUES[simulator.accounts[name]["venue"]].spec
    account = Account(name, venue.id, venue.rest_url, timers=tuple(t.id for t in venue.timers))
    adapter: VenueAdapter = ReadOnlyAdapter(adapter_for(account))
    assert adapter.spec.timers_of(account) == ()
    profile = Profile()
    for action in adapter.actions(profile):
        with pytest.raises(VenueError, match="only looks"):
            adapter.cancel(profile, action, EVERYTHING, None, "rest")
    with pytest.raises(VenueError, match="only looks"):
        adapter.set_timer(profile, "bitget", 0)
