"""The service against the simulator over real sockets: the five calls, from the ask to the book."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tui.core.accounts import Account, TimerSettings
from tui.core.actions import Outcome, Scope
from tui.core.deadman.view import TimerState
from tui.core.desk import Health
from tui.service.desk.live import LiveDesk
from tui.venues.base.specs import Profile

ALL = ("htx-legacy", "htx-unified", "okx-desk", "bitget-uta")

OpenDesk = Callable[..., Any]


def open_at_venue(simulator: Any, account: str) -> dict[str, int]:
    by_kind: dict[str, int] = simulator.account(account)["by_kind"]
    return by_kind


async def test_every_account_becomes_ready_and_counts_what_the_venue_has(
    simulator: Any, open_desk: OpenDesk
) -> None:
    desk = open_desk(*ALL)
    await desk.ready(*ALL)
    for name in ALL:
        kinds = {kind.id for kind in desk.account(name).kinds}
        await desk.until(lambda name=name, kinds=kinds: kinds <= set(desk.account(name).book.kinds))
        book = desk.account(name).book
        counts = {kind.id: book.count([kind.id]) for kind in desk.account(name).kinds}
        if "trigger" in (venue := open_at_venue(simulator, name)):  # of both margin modes
            counts["trigger"] = counts.pop("isolated-trigger") + counts.pop("cross-trigger")
        assert counts == {kind: venue[kind] for kind in counts}
        assert sum(counts.values()) == simulator.account(name)["open"]


async def test_htx_cancelall_names_every_contract_and_empties_isolated(
    simulator: Any, open_desk: OpenDesk
) -> None:
    desk = open_desk("htx-legacy")
    await desk.ready("htx-legacy")
    desk.desk.cancel("htx-legacy", "isolated")
    account = await desk.reported("htx-legacy")
    report = account.reports[0]
    assert report.outcome is Outcome.CONFIRMED
    assert report.route == "ws"
    venue = open_at_venue(simulator, "htx-legacy")
    assert venue["isolated"] == 0
    assert venue["cross"] > 0
    assert any('"op":"cancelall"' in text for text in desk.texts("htx-legacy"))


async def test_htx_legacy_cancels_both_margin_modes(simulator: Any, open_desk: OpenDesk) -> None:
    desk = open_desk("htx-legacy")
    await desk.ready("htx-legacy")
    desk.desk.cancel("htx-legacy")
    account = await desk.reported("htx-legacy", actions=2)
    assert {r.outcome for r in account.reports} == {Outcome.CONFIRMED}
    assert simulator.account("htx-legacy")["open"] == 0


async def test_htx_cancel_batch_orders_takes_just_the_chosen(
    simulator: Any, open_desk: OpenDesk
) -> None:
    desk = open_desk("htx-unified")
    await desk.ready("htx-unified")
    orders = desk.account("htx-unified").book.orders
    before = open_at_venue(simulator, "htx-unified")["unified"]
    chosen = orders[:13]
    desk.desk.cancel("htx-unified", "unified", Scope(orders=chosen))
    account = await desk.reported("htx-unified")
    assert account.reports[0].outcome is Outcome.CONFIRMED
    assert open_at_venue(simulator, "htx-unified")["unified"] == before - 13
    batches = [
        json.loads(frame.text)["data"]["order_id"]
        for frame in desk.log()
        if frame.direction == "out" and "cancel_batch_orders" in frame.text
    ]
    assert batches
    assert max(map(len, batches)) <= 10
    assert sorted(one for batch in batches for one in batch) == sorted(
        order.order_id for order in chosen
    )


async def test_htx_unified_cancels_the_whole_account(simulator: Any, open_desk: OpenDesk) -> None:
    desk = open_desk("htx-unified")
    await desk.ready("htx-unified")
    desk.desk.cancel("htx-unified")
    account = await desk.reported("htx-unified")
    assert account.reports[0].outcome is Outcome.CONFIRMED
    assert simulator.account("htx-unified")["open"] == 0


async def test_a_press_on_an_account_of_another_family_goes_on_with_the_right_calls(
    simulator: Any, open_desk: OpenDesk
) -> None:
    """As if the account had been made a unified one while the desk was open."""
    desk = open_desk("htx-unified")
    await desk.ready("htx-unified")
    worker = desk.desk._workers["htx-unified"]
    worker._profile.now = Profile("legacy")
    desk.desk.cancel("htx-unified")
    await desk.until(lambda: simulator.open("htx-unified") == 0)
    account = await desk.reported("htx-unified")
    assert {r.action: r.outcome for r in account.reports} == {"unified": Outcome.CONFIRMED}
    assert account.family == "unified"


async def test_okx_spreads_and_quotes_go_by_their_own_calls(
    simulator: Any, open_desk: OpenDesk
) -> None:
    desk = open_desk("okx-desk")
    await desk.ready("okx-desk")
    desk.desk.cancel("okx-desk", "spreads")
    account = await desk.reported("okx-desk")
    assert account.reports[0].outcome is Outcome.CONFIRMED
    venue = open_at_venue(simulator, "okx-desk")
    assert venue["spread"] == 0
    assert venue["quote"] > 0
    desk.desk.cancel("okx-desk", "quotes")
    account = await desk.reported("okx-desk", actions=2)
    assert {r.action: r.outcome for r in account.reports} == {
        "spreads": Outcome.CONFIRMED,
        "quotes": Outcome.CONFIRMED,
    }
    assert open_at_venue(simulator, "okx-desk")["quote"] == 0
    texts = desk.texts("okx-desk")
    assert any("sprd-mass-cancel" in text for text in texts)
    assert any(text.startswith("POST /api/v5/rfq/cancel-all-quotes  {}") for text in texts)


async def test_a_cancel_just_after_a_read_leaves_the_account_ready(open_desk: OpenDesk) -> None:
    on_test = open_desk("okx-desk")
    await on_test.ready("okx-desk")
    on_test.desk.cancel("okx-desk", "spreads")
    seen = set()

    def read_often() -> bool:
        seen.add(on_test.account("okx-desk").health)
        return sum("quotes?state=active" in frame.text for frame in on_test.log()) >= 4

    await on_test.until(read_often)
    assert seen == {Health.READY}


async def test_bitget_cancels_every_category_and_leaves_strategy_orders(
    simulator: Any, open_desk: OpenDesk
) -> None:
    desk = open_desk("bitget-uta")
    await desk.ready("bitget-uta")
    desk.desk.cancel("bitget-uta")
    account = await desk.reported("bitget-uta")
    assert account.reports[0].outcome is Outcome.CONFIRMED
    venue = open_at_venue(simulator, "bitget-uta")
    strategy = venue.pop("strategy")
    assert set(venue.values()) == {0}
    assert strategy > 0


async def test_panic_reaches_every_account(simulator: Any, open_desk: OpenDesk) -> None:
    desk = open_desk(*ALL)
    await desk.ready(*ALL)
    desk.desk.panic()
    for name, actions in zip(ALL, (2, 1, 2, 1), strict=True):
        account = await desk.reported(name, actions)
        assert {r.outcome for r in account.reports} == {Outcome.CONFIRMED}


async def test_the_timer_beats_by_itself_and_disarms(simulator: Any, open_desk: OpenDesk) -> None:
    desk = open_desk("bitget-uta", deadman=TimerSettings(countdown_s=10, beat_s=1.5))
    await desk.ready("bitget-uta")
    desk.desk.arm("bitget-uta")

    def beats() -> int:
        return sum('{"countdown":"10"}' in text for text in desk.texts("bitget-uta"))

    await desk.until(lambda: beats() >= 4)
    assert desk.account("bitget-uta").timer.state is TimerState.ARMED
    timer = simulator.account("bitget-uta")["timers"]["bitget"]
    assert timer["armed"]
    assert not timer["fired"]
    desk.desk.disarm("bitget-uta")
    await desk.until(lambda: desk.account("bitget-uta").timer.state is TimerState.OFF)
    assert not simulator.account("bitget-uta")["timers"]["bitget"]["armed"]
    assert simulator.account("bitget-uta")["open"] > 0


@pytest.mark.parametrize(("on_quit", "armed"), [("disarm", False), ("fire", True), ("ask", True)])
async def test_the_end_leaves_the_timer_as_the_settings_say(
    simulator: Any, open_desk: OpenDesk, on_quit: str, armed: bool
) -> None:
    desk = open_desk("bitget-uta", deadman=TimerSettings(countdown_s=30, on_quit=on_quit))
    await desk.ready("bitget-uta")
    desk.desk.arm("bitget-uta")
    await desk.until(lambda: desk.account("bitget-uta").timer.state is TimerState.ARMED)
    desk.desk.stop()
    assert simulator.account("bitget-uta")["timers"]["bitget"]["armed"] is armed


async def test_beats_stop_when_the_screen_is_silent_and_the_venue_cancels(
    simulator: Any, open_desk: OpenDesk
) -> None:
    desk = open_desk(
        "bitget-uta", screen_grace_s=2, deadman=TimerSettings(countdown_s=5, beat_s=1.5)
    )
    await desk.ready("bitget-uta")
    desk.desk.arm("bitget-uta")
    await desk.until(lambda: desk.account("bitget-uta").timer.state is TimerState.FIRED)
    assert simulator.account("bitget-uta")["timers"]["bitget"]["fired"]
    assert "screen" in desk.account("bitget-uta").timer.message


@pytest.mark.parametrize("name", ALL)
async def test_a_wrong_secret_is_down_with_the_venues_words_and_the_rest_works_on(
    simulator: Any, open_desk: OpenDesk, name: str
) -> None:
    desk = open_desk(name, wrong_secret=True)
    await desk.until(lambda: desk.account(name).health is Health.DOWN)
    assert desk.account(name).reason
    before = simulator.account(name)["open"]
    desk.desk.cancel(name)
    account = await desk.reported(name)
    assert {r.outcome for r in account.reports} <= {Outcome.REJECTED, Outcome.UNRESOLVED}
    assert simulator.account(name)["open"] == before


async def test_an_unreachable_venue_says_so_and_holds_up_nobody(
    simulator: Any, open_desk: OpenDesk
) -> None:
    lost = open_desk(
        "okx-desk", rest_url="http://127.0.0.1:9", ws_url="ws://127.0.0.1:9/ws/v5/business"
    )
    fine = open_desk("bitget-uta")
    await fine.ready("bitget-uta")
    await lost.until(lambda: lost.account("okx-desk").health is Health.DOWN)
    assert "cannot reach 127.0.0.1:9" in lost.account("okx-desk").reason
    lost.desk.cancel("okx-desk", "quotes")
    account = await lost.reported("okx-desk")
    assert account.reports[0].outcome is Outcome.UNRESOLVED


async def test_no_secret_passphrase_or_signature_is_in_any_frame(
    simulator: Any, open_desk: OpenDesk
) -> None:
    desk = open_desk(*ALL)
    await desk.ready(*ALL)
    desk.desk.panic()
    for name, actions in zip(ALL, (2, 1, 2, 1), strict=True):
        await desk.reported(name, actions)
    seen = "\n".join(f"{frame.text} {frame.headers}" for frame in desk.log())
    assert "cancel-all-quotes" in seen
    for credentials in simulator.accounts.values():
        for field in ("api_key", "secret_key", "passphrase"):
            if field in credentials:
                assert credentials[field] not in seen
    for mark in ('"Signature":"', '"sign":"', "Signature="):
        for rest in seen.split(mark)[1:]:
            assert rest.startswith("***")


async def test_an_account_without_credentials_denies_and_says_why(watch_desk: Any) -> None:
    account = Account("okx-desk", "okx", "http://127.0.0.1:9")
    desk = LiveDesk([account], lambda _: "no entry: run `killdesk accounts add`")
    desk.start()
    try:
        on_test = watch_desk(desk)
        await on_test.until(lambda: on_test.account("okx-desk").health is Health.DOWN)
        desk.cancel("okx-desk")
        reports = (await on_test.reported("okx-desk", actions=2)).reports
        assert {r.outcome for r in reports} == {Outcome.DENIED}
        assert "accounts add" in reports[0].message
    finally:
        desk.stop()


async def test_a_view_of_this_moment_has_the_press_before_it(
    simulator: Any, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk("okx-desk")
    await desk.ready("okx-desk")
    simulator.faults("okx-desk", "delay", 40, op="sprd-mass-cancel", delay_ms=5_000)
    monkeypatch.setattr(desk.desk._publisher, "_draw_within", lambda _: None)  # none by itself
    desk.desk.cancel("okx-desk", "spreads")
    (account,) = desk.desk.view_now(60.0).accounts
    assert [run.action for run in account.runs] == ["spreads"]


def test_a_desk_that_has_stopped_has_its_last_view_at_once(open_desk: OpenDesk) -> None:
    desk = open_desk("okx-desk").desk
    desk.stop()
    assert desk.view_now(float("inf")) is desk.view
