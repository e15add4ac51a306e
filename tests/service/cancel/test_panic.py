"""Panic over a full desk: everything at once, and one dead venue slows down nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tui.core.actions import Outcome, Report, worst_first
from tui.core.clocks import read_clock
from tui.service.account import order_reader as book_reader
from tui.service.cancel.run import RunLimits

OpenDesk = Callable[..., Any]

FULL = {
    "htx-legacy": {"isolated": 250, "cross": 250},
    "htx-unified": {"unified": 500},
    "okx-desk": {"spread": 440, "quote": 60},
    "bitget-uta": {
        "SPOT": 100,
        "MARGIN": 100,
        "USDT-FUTURES": 100,
        "COIN-FUTURES": 100,
        "USDC-FUTURES": 100,
    },
}
"""2,000 orders by account and kind, all of them within reach of a cancel."""
ACTIONS = {"htx-legacy": 2, "htx-unified": 1, "okx-desk": 2, "bitget-uta": 1}


@pytest.fixture
def simulator(start_simulator: Callable[..., Any]) -> Any:
    return start_simulator(orders=0)


async def fill(simulator: Any, desk: Any) -> None:
    """A full book in every account, and the desk has read it."""
    simulator.reset()
    for account, kinds in FULL.items():
        for kind, count in kinds.items():
            simulator.orders(account, kind, count)
        desk.desk.refresh(account)

    def counted(account: str) -> bool:
        book = desk.account(account).book
        return book is not None and all(
            book.count([kind]) == count for kind, count in FULL[account].items()
        )

    await desk.until(lambda: all(map(counted, FULL)))


async def panic(desk: Any) -> dict[str, Report]:
    """The reports of this panic by account and action."""
    pressed_ms = read_clock().wall_ms
    desk.desk.panic()

    def ended() -> list[Report]:
        reports = [r for name in FULL for r in desk.account(name).reports]
        return [report for report in reports if report.started_ms >= pressed_ms]

    await desk.until(lambda: len(ended()) == sum(ACTIONS.values()))
    return {f"{report.account} {report.action}": report for report in ended()}


async def test_panic_confirms_every_action_over_2000_orders(
    simulator: Any, open_desk: OpenDesk
) -> None:
    desk = open_desk(*FULL)
    await desk.ready(*FULL)
    await fill(simulator, desk)
    ended = await panic(desk)
    assert {name: report.outcome for name, report in ended.items()} == dict.fromkeys(
        ended, Outcome.CONFIRMED
    )
    assert sum(report.open_before or 0 for report in ended.values()) == 2000
    assert {name: simulator.account(name)["open"] for name in FULL} == dict.fromkeys(FULL, 0)


@pytest.mark.parametrize("dead", ["okx", "htx"])
async def test_a_venue_that_never_answers_slows_down_nobody(
    simulator: Any, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch, dead: str
) -> None:
    monkeypatch.setattr(book_reader, "READ_S", 1.0)
    desk = open_desk(*FULL, limits=RunLimits(ack_s=0.5, window_s=3.5))
    await desk.ready(*FULL)
    await fill(simulator, desk)
    alive = await panic(desk)

    await fill(simulator, desk)
    for account in FULL:
        if account.startswith(dead):
            # Every command and every read, over sockets too; what is connected stays connected.
            simulator.faults(account, "ignore", 1_000_000)
    ended = await panic(desk)

    for name, report in ended.items():
        if name.startswith(dead):
            assert report.outcome is Outcome.UNRESOLVED
            assert "the book cannot be read: no answer within 1 s" in report.message
            continue
        print(f"{name}: {_ms(alive[name])} with all alive, {_ms(report)} with {dead} dead")
        assert report.outcome is Outcome.CONFIRMED
        assert _within(report.ack_ms, alive[name].ack_ms)
        if report.action != "quotes":  # their list may be read twice in 2 s, and we read it
            assert _within(report.confirmed_ms, alive[name].confirmed_ms)
    assert worst_first(ended.values())[0].account.startswith(dead)


def _within(now_ms: float | None, before_ms: float | None) -> bool:
    """As fast as before, as far as a shared machine can tell; a wait for the dead is far longer."""
    return now_ms is not None and before_ms is not None and now_ms <= 2 * before_ms + 600


def _ms(report: Report) -> str:
    return f"acknowledged {report.ack_ms or 0:.0f} ms, confirmed {report.confirmed_ms or 0:.0f} ms"


async def test_a_list_longer_than_the_rate_limit_is_read_to_its_end(
    simulator: Any, open_desk: OpenDesk
) -> None:
    """OKX gives 200 quotes in 2 s; to begin again at the first page would never end."""
    simulator.orders("okx-desk", "quote", 250)
    desk = open_desk("okx-desk")
    await desk.ready("okx-desk")
    assert desk.account("okx-desk").book.count(["quote"]) == 250
