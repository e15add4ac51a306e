"""Bitget's strategy orders in every category, and categories that the venue refuses to the key:
what is read, cancelled and confirmed beside them. Real sockets, real desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tui.core.actions import Outcome
from tui.core.coverage import Coverage
from tui.core.desk import AccountView
from tui.service.cancel.run import RunLimits

OpenDesk = Callable[..., Any]
PATIENT = RunLimits(ack_s=30.0, window_s=60.0)
"""A loaded machine changes nothing of what a run comes to."""

NAME = "bitget-uta"
CATEGORIES = ("SPOT", "MARGIN", "USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES")


def rests(coverage: Coverage) -> dict[str, int | None]:
    return {one.kind: one.count for one in coverage.remainder}


def in_open_categories(simulator: Any, *refused: str) -> int:
    return sum(simulator.open(NAME, one) for one in CATEGORIES if one not in refused)


async def cancelled(desk: Any, outcome: Outcome = Outcome.CONFIRMED) -> AccountView:
    """The account once a cancel of everything has ended with this outcome."""
    actions = len(desk.account(NAME).actions)
    desk.desk.cancel(NAME)
    account: AccountView = await desk.reported(NAME, actions)
    assert {report.outcome for report in account.reports} == {outcome}
    return account


@pytest.mark.parametrize("category", CATEGORIES)
async def test_strategy_orders_of_every_category_are_counted_and_left(
    simulator: Any, open_desk: OpenDesk, category: str
) -> None:
    simulator.orders(NAME, "strategy", 3, category=category)
    desk = open_desk(NAME, limits=PATIENT)
    await desk.until(lambda: rests(desk.account(NAME).coverage) == {"strategy": 9})
    await cancelled(desk)
    assert in_open_categories(simulator) == 0
    assert simulator.open(NAME, "strategy") == 9
    await desk.until(lambda: desk.account(NAME).coverage.open == 0)
    assert rests(desk.account(NAME).coverage) == {"strategy": 9}
    assert not desk.account(NAME).coverage.clear


async def test_with_the_extra_those_of_every_category_go(
    simulator: Any, open_desk: OpenDesk
) -> None:
    for category in CATEGORIES:
        simulator.orders(NAME, "strategy", 1, category=category)
    desk = open_desk(NAME, limits=PATIENT, extras=("strategy",))
    await desk.until(lambda: desk.account(NAME).coverage.open == 45)
    account = await cancelled(desk)
    assert simulator.open(NAME) == 0
    assert account.coverage.clear


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize("extras", [(), ("strategy",)])
async def test_one_refused_category_is_named_and_the_others_are_cancelled_and_confirmed(
    simulator: Any, open_desk: OpenDesk, category: str, extras: tuple[str, ...]
) -> None:
    simulator.orders(NAME, "strategy", 2, category=category)
    simulator.orders(NAME, "strategy", 1, category="MARGIN" if category == "SPOT" else "SPOT")
    simulator.refuse(NAME, category)
    desk = open_desk(NAME, limits=PATIENT, extras=extras)
    strategy = 1 if category == "USDT-FUTURES" else 7  # six of the nine are there to begin with
    ordinary = in_open_categories(simulator, category)
    expected = ordinary + (strategy if extras else 0)
    await desk.until(lambda: desk.account(NAME).coverage.open == expected)
    await desk.ready(NAME)
    account = await cancelled(desk)
    assert in_open_categories(simulator, category) == 0
    assert simulator.open(NAME, category) > 0
    for report in account.reports:
        assert (report.code, report.message) == ("", ""), "it is named once, with the remainder"
    await desk.until(lambda: desk.account(NAME).coverage.open == 0)
    coverage = desk.account(NAME).coverage
    assert rests(coverage) == {category: None} | ({} if extras else {"strategy": strategy})
    (unknown,) = coverage.unknown
    assert "40014" in unknown.reason
    assert category in unknown.reason
    assert not coverage.clear


async def test_a_category_that_is_allowed_again_is_read_again(
    simulator: Any, open_desk: OpenDesk
) -> None:
    simulator.refuse(NAME, "SPOT")
    desk = open_desk(NAME, limits=PATIENT)
    await desk.until(lambda: rests(desk.account(NAME).coverage).get("SPOT", 0) is None)
    simulator.refuse(NAME)
    desk.desk.refresh(NAME)
    await desk.until(lambda: "SPOT" not in rests(desk.account(NAME).coverage))
    await cancelled(desk)
    assert in_open_categories(simulator) == 0


async def test_a_first_press_needs_no_listing_to_leave_a_refused_category_out(
    simulator: Any, open_desk: OpenDesk
) -> None:
    """No list has ended when the press comes."""
    simulator.refuse(NAME, "MARGIN", "COIN-FUTURES")
    simulator.faults(NAME, "delay", 5, path="/api/v3/trade/unfilled-orders", delay_ms=1_000)
    desk = open_desk(NAME, limits=PATIENT)
    await cancelled(desk)
    assert in_open_categories(simulator, "MARGIN", "COIN-FUTURES") == 0


async def test_where_every_category_is_refused_nothing_is_confirmed(
    simulator: Any, open_desk: OpenDesk
) -> None:
    simulator.refuse(NAME, *CATEGORIES)
    desk = open_desk(NAME, limits=PATIENT)
    await desk.until(lambda: len(desk.account(NAME).coverage.unknown) >= len(CATEGORIES))
    account = await cancelled(desk, Outcome.REJECTED)
    assert account.reports[0].code == "40014"
    assert account.coverage.open is None
