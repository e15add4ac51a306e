"""Conditional orders at HTX, which no button reaches: they are counted, in every family, and an
account is not clear while one rests or cannot be counted. Real sockets, real desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tui.core.actions import Outcome
from tui.core.coverage import Coverage
from tui.service.cancel.run import RunLimits

OpenDesk = Callable[..., Any]
PATIENT = RunLimits(ack_s=30.0, window_s=60.0)
"""A loaded machine changes nothing of what a run comes to."""

ISOLATED, CROSS, V5 = "isolated-trigger", "cross-trigger", "v5-algo"


async def coverage_once(desk: Any, name: str, holds: Callable[[Coverage], bool]) -> Coverage:
    """The account's coverage as soon as it is so."""
    await desk.until(lambda: holds(desk.account(name).coverage))
    found: Coverage = desk.account(name).coverage
    return found


def rests(coverage: Coverage) -> dict[str, int | None]:
    return {one.kind: one.count for one in coverage.remainder}


@pytest.mark.parametrize(
    ("name", "kind", "count", "expected"),
    [
        ("htx-legacy", "trigger", 12, {ISOLATED: 6, CROSS: 6}),
        ("htx-unified", "v5-algo", 7, {V5: 7}),
    ],
)
async def test_conditional_orders_are_the_remainder_of_a_cancel_without_the_extra(
    simulator: Any,
    open_desk: OpenDesk,
    name: str,
    kind: str,
    count: int,
    expected: dict[str, int],
) -> None:
    simulator.orders(name, kind, count)
    desk = open_desk(name, limits=PATIENT)
    found = await coverage_once(desk, name, lambda one: rests(one) == expected)
    assert (found.open, found.resting, found.clear) == (40, count, False)
    assert [one.read_at_ms is not None for one in found.remainder] == [True] * len(expected)
    desk.desk.cancel(name)
    account = await desk.reported(name, len(desk.account(name).actions))
    assert {report.outcome for report in account.reports} == {Outcome.CONFIRMED}
    assert simulator.open(name, kind) == count, "they are left alone"
    found = await coverage_once(desk, name, lambda one: one.open == 0)
    assert (found.resting, found.clear) == (count, False)


@pytest.mark.parametrize("name", ["htx-legacy", "htx-unified"])
async def test_an_account_without_conditional_orders_is_clear(
    open_desk: OpenDesk, name: str
) -> None:
    desk = open_desk(name, limits=PATIENT)
    found = await coverage_once(desk, name, lambda one: one.clear)
    assert set(rests(found).values()) == {0}


async def test_with_the_extra_they_are_covered_and_cancelled(
    simulator: Any, open_desk: OpenDesk
) -> None:
    simulator.orders("htx-legacy", "trigger", 12)
    desk = open_desk("htx-legacy", limits=PATIENT, extras=("triggers",))
    found = await coverage_once(desk, "htx-legacy", lambda one: one.open == 52)
    assert found.remainder == ()
    desk.desk.cancel("htx-legacy")
    account = await desk.reported("htx-legacy", 3)
    assert {report.outcome for report in account.reports} == {Outcome.CONFIRMED}
    assert simulator.open("htx-legacy") == 0


@pytest.mark.parametrize("extras", [(), ("triggers",)])
async def test_isolated_ones_are_not_known_while_no_contract_is_named(
    simulator: Any, open_desk: OpenDesk, extras: tuple[str, ...]
) -> None:
    simulator.orders("htx-legacy", "trigger", 12)
    desk = open_desk("htx-legacy", limits=PATIENT, contracts=(), extras=extras)
    await coverage_once(desk, "htx-legacy", lambda one: one.open == (46 if extras else 40))
    desk.desk.cancel("htx-legacy")
    account = await desk.reported("htx-legacy", 3 if extras else 2)
    assert {report.outcome for report in account.reports} == {Outcome.CONFIRMED}
    found = await coverage_once(
        desk, "htx-legacy", lambda one: one.resting == (0 if extras else 6) and one.open == 0
    )
    assert not found.clear
    assert [one.kind for one in found.unknown] == [ISOLATED]
    assert "contracts" in found.unknown[0].reason


@pytest.mark.parametrize(
    ("name", "product", "kinds", "actions"),
    [("htx-legacy", "trigger", {ISOLATED, CROSS}, 2), ("htx-unified", "v5-algo", {V5}, 1)],
)
async def test_a_list_that_is_refused_is_named_and_takes_no_cancel_down(
    simulator: Any, open_desk: OpenDesk, name: str, product: str, kinds: set[str], actions: int
) -> None:
    simulator.refuse(name, product)
    desk = open_desk(name, limits=PATIENT)
    found = await coverage_once(
        desk, name, lambda one: {k.kind for k in one.unknown if "1205" in k.reason} == kinds
    )
    assert (found.open, found.clear) == (40, False)
    await desk.ready(name)
    desk.desk.cancel(name)
    account = await desk.reported(name, actions)
    assert {report.outcome for report in account.reports} == {Outcome.CONFIRMED}
    assert not account.coverage.clear
