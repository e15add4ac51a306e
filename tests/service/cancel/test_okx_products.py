"""An OKX account's remainder, counted as the venue has it; a product that OKX refuses to an account
takes nothing else down."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.service.conftest import DeskOnTest
from tui.core.actions import Outcome, Report
from tui.core.coverage import not_covered
from tui.service.demo import read_greeting
from tui.service.headless_cancel import cancel_accounts

OpenDesk = Callable[..., DeskOnTest]

EVER = 1_000_000
ALGOS_PATH = "/api/v5/trade/orders-algo-pending"
NO_PERMISSION = (
    "50030 You don't have permission to use this API endpoint; the key or the account may not use "
    "this: give the key Read and Trade at OKX, or open the product there"
)
NOT_IN_THIS_MODE = (
    "51010 Request unsupported under current account mode; the account's mode does not have this: "
    "choose another mode at OKX, if you trade it"
)
BLOCK = {"quote", "rfq", "pending-quote"}


def remainder(desk: DeskOnTest) -> dict[str, int | None]:
    """By kind, how many orders rest beyond what a press reaches."""
    return {one.kind: one.count for one in desk.account("okx-desk").coverage.remainder}


def told(desk: DeskOnTest) -> dict[str, int | None]:
    """By kind, every figure that the account's coverage tells."""
    coverage = desk.account("okx-desk").coverage
    return {one.kind: one.count for one in (*coverage.covered, *coverage.remainder)}


def reasons(desk: DeskOnTest) -> dict[str, str]:
    """Why kinds of the remainder are not known."""
    return {one.kind: one.reason for one in desk.account("okx-desk").coverage.unknown}


async def every_action(desk: DeskOnTest) -> dict[str, Report]:
    """Presses every action of the account; how each ended."""
    count = len(desk.account("okx-desk").actions)
    desk.desk.cancel("okx-desk")
    account = await desk.reported("okx-desk", count)
    return {report.action: report for report in account.reports}


async def test_all_that_an_account_can_have_is_counted_as_the_venue_has_it(
    simulator: Any, open_desk: OpenDesk
) -> None:
    simulator.orders("okx-desk", "order", 120)
    simulator.orders("okx-desk", "algo", 17)
    simulator.orders("okx-desk", "rfq", 2)
    simulator.orders("okx-desk", "quote", 1, state="pending_fill")
    desk = open_desk("okx-desk")
    rests = simulator.account("okx-desk")["by_kind"]
    await desk.until(lambda: told(desk) == rests)
    assert remainder(desk) == {"rfq": 2, "order": 120, "algo": 17, "pending-quote": 1}
    coverage = desk.account("okx-desk").coverage
    assert (coverage.open, coverage.resting, coverage.clear) == (40, 140, False)

    ended = await every_action(desk)
    assert {name: one.outcome for name, one in ended.items()} == dict.fromkeys(
        ("spreads", "quotes"), Outcome.CONFIRMED
    )
    await desk.until(lambda: told(desk) == simulator.account("okx-desk")["by_kind"])
    coverage = desk.account("okx-desk").coverage
    assert (coverage.open, coverage.resting, coverage.clear) == (0, 140, False)


async def test_rfqs_are_reached_where_the_settings_say_so(
    simulator: Any, open_desk: OpenDesk
) -> None:
    simulator.orders("okx-desk", "rfq", 2)
    desk = open_desk("okx-desk", extras=("rfqs",))
    await desk.until(lambda: None not in told(desk).values())
    assert remainder(desk) == {"order": 0, "algo": 0, "pending-quote": 0}
    coverage = desk.account("okx-desk").coverage
    assert (coverage.open, coverage.clear) == (42, True)


@pytest.mark.parametrize("trouble", ["garbage", "rate_limit", "http_500"])
async def test_a_list_of_the_remainder_that_cannot_be_read_hides_no_other(
    simulator: Any, open_desk: OpenDesk, trouble: str
) -> None:
    simulator.orders("okx-desk", "order", 3)
    simulator.faults("okx-desk", trouble, EVER, path=ALGOS_PATH)
    desk = open_desk("okx-desk", poll_s=0.5)
    known = {"spread": 20, "quote": 20, "rfq": 0, "order": 3, "pending-quote": 0}
    await desk.until(lambda: told(desk) == known | {"algo": None})
    await desk.ready("okx-desk")
    assert not desk.account("okx-desk").coverage.clear


# --- a product that the venue refuses to the account ---


async def test_an_account_without_block_trading_cancels_its_spreads(
    simulator: Any, open_desk: OpenDesk
) -> None:
    simulator.refuse("okx-desk", "block")
    desk = open_desk("okx-desk")
    await desk.until(lambda: reasons(desk) == dict.fromkeys(BLOCK, NOT_IN_THIS_MODE))
    assert told(desk) == dict.fromkeys(BLOCK) | {"spread": 20, "order": 0, "algo": 0}

    ended = await every_action(desk)
    assert ended["spreads"].outcome is Outcome.CONFIRMED
    assert simulator.open("okx-desk", "spread") == 0
    refused = ended["quotes"]
    assert (refused.outcome, f"{refused.code} {refused.message}") == (
        Outcome.REJECTED,
        NOT_IN_THIS_MODE,
    )
    assert not desk.account("okx-desk").coverage.clear


async def test_an_account_without_spreads_cancels_its_quotes(
    simulator: Any, open_desk: OpenDesk
) -> None:
    """By either route: the socket refuses the cancel, too."""
    simulator.refuse("okx-desk", "spread")
    desk = open_desk("okx-desk")
    await desk.until(lambda: reasons(desk) == {"spread": NO_PERMISSION})
    await desk.until(lambda: all(route.up for route in desk.account("okx-desk").routes))

    ended = await every_action(desk)
    assert ended["quotes"].outcome is Outcome.CONFIRMED
    assert simulator.open("okx-desk", "quote") == 0
    refused = ended["spreads"]
    assert (refused.outcome, refused.route) == (Outcome.REJECTED, "ws")
    assert f"{refused.code} {refused.message}" == NO_PERMISSION
    assert not desk.account("okx-desk").coverage.clear


async def test_an_account_that_may_not_read_the_order_book_is_never_clear(
    simulator: Any, open_desk: OpenDesk
) -> None:
    simulator.refuse("okx-desk", "trade")
    desk = open_desk("okx-desk")
    await desk.until(lambda: reasons(desk) == dict.fromkeys(("order", "algo"), NO_PERMISSION))
    ended = await every_action(desk)
    assert {one.outcome for one in ended.values()} == {Outcome.CONFIRMED}
    coverage = desk.account("okx-desk").coverage
    assert (coverage.open, coverage.clear) == (0, False)


async def test_a_product_that_is_granted_again_is_read_again(
    simulator: Any, open_desk: OpenDesk
) -> None:
    simulator.refuse("okx-desk", "block", "trade")
    desk = open_desk("okx-desk", poll_s=0.2)
    await desk.until(lambda: set(reasons(desk)) == {*BLOCK, "order", "algo"})
    simulator.refuse("okx-desk")
    await desk.until(lambda: told(desk) == simulator.account("okx-desk")["by_kind"])
    assert desk.account("okx-desk").coverage.clear


# --- the command line ---


def cancelled(simulator: Any) -> tuple[dict[str, Outcome], dict[str, Any]]:
    """How the actions of `killdesk cancel okx-desk` ended, and what it says is not covered."""
    entries = [{"name": name, **entry} for name, entry in simulator.accounts.items()]
    demo = read_greeting(json.dumps({"url": simulator.url, "accounts": entries}))
    accounts = [one for one in demo.accounts if one.name == "okx-desk"]
    ended = cancel_accounts(accounts, lambda one: demo.secrets[one.name], learn_s=60.0)
    said: Any = not_covered(ended.coverage)["not_covered"]
    return {report.action: report.outcome for report in ended.reports}, said


def test_a_cancel_without_a_screen_tells_all_that_it_leaves(simulator: Any) -> None:
    simulator.orders("okx-desk", "order", 2)
    simulator.orders("okx-desk", "algo", 8)
    simulator.orders("okx-desk", "quote", 1, state="pending_fill")
    outcomes, said = cancelled(simulator)
    assert set(outcomes.values()) == {Outcome.CONFIRMED}
    assert said == {"okx-desk": {"order": 2, "algo": 8, "pending-quote": 1}}


def test_a_cancel_without_a_screen_names_what_it_may_not_read(simulator: Any) -> None:
    simulator.refuse("okx-desk", "block", "trade")
    outcomes, said = cancelled(simulator)
    assert outcomes == {"spreads": Outcome.CONFIRMED, "quotes": Outcome.REJECTED}
    assert said == {"okx-desk": dict.fromkeys((*BLOCK, "order", "algo"))}
