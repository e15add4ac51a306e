"""What rests beyond a press is read after it, and every report tells it from one place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.service.conftest import DeskOnTest
from tui.core.actions import Outcome
from tui.core.audit.chain import read_record
from tui.core.audit.codec import from_plain
from tui.core.coverage import Coverage
from tui.service.account import worker
from tui.service.account.listings import SINCE_PRESS
from tui.service.audit.writer import Audit
from tui.service.demo import read_greeting
from tui.service.desk.live import LiveDesk
from tui.service.headless_cancel import Ended, cancel_accounts
from tui.service.readiness_check import check_accounts

OpenDesk = Callable[..., DeskOnTest]

BITGET = "bitget-uta"
STRATEGY_LIST = "/api/v3/trade/unfilled-strategy-orders"
NEVER_S = 1_000_000.0
"""Between two polls: what is read then is read for a press."""
EVER = 1_000_000


def only(simulator: Any, *names: str) -> tuple[Any, Callable[[Any], Any]]:
    entries = [{"name": name, **entry} for name, entry in simulator.accounts.items()]
    demo = read_greeting(json.dumps({"url": simulator.url, "accounts": entries}))
    accounts = [one for one in demo.accounts if one.name in names]
    return accounts, lambda one: demo.secrets[one.name]


def cancelled(simulator: Any, *names: str, audit: Audit | None = None) -> Ended:
    accounts, secrets = only(simulator, *names)
    return cancel_accounts(accounts, secrets, learn_s=30.0, audit=audit)


@pytest.fixture
def nothing_rests(
    start_simulator: Callable[..., Any], watch_desk: type[DeskOnTest]
) -> Iterator[tuple[Any, DeskOnTest]]:
    """A simulator without orders, and a desk of Bitget's account that polls it once."""
    empty = start_simulator(orders=0)
    accounts, secrets = only(empty, BITGET)
    desk = LiveDesk(accounts, secrets, screen_grace_s=3600, poll_s=NEVER_S)
    desk.start()
    yield empty, watch_desk(desk)
    desk.stop()


async def test_orders_placed_beyond_a_press_are_in_its_report(
    nothing_rests: tuple[Any, DeskOnTest],
) -> None:
    simulator, desk = nothing_rests
    await desk.ready(BITGET)
    await desk.until(lambda: desk.account(BITGET).coverage.clear)
    simulator.orders(BITGET, "strategy", 3)
    assert desk.account(BITGET).coverage.clear, "as it was read before"
    desk.desk.cancel(BITGET)
    await desk.until(lambda: [one.coverage.resting for one in desk.account(BITGET).reports] == [3])
    (report,) = desk.account(BITGET).reports
    assert (report.outcome, report.coverage.clear) == (Outcome.CONFIRMED, False)
    (strategy,) = report.coverage.remainder
    assert strategy.read_at_ms is not None
    assert strategy.read_at_ms >= report.started_ms
    assert desk.account(BITGET).coverage == report.coverage


async def test_an_empty_list_of_before_the_press_proves_nothing_after_it(
    nothing_rests: tuple[Any, DeskOnTest],
) -> None:
    simulator, desk = nothing_rests
    await desk.ready(BITGET)
    await desk.until(lambda: desk.account(BITGET).coverage.clear)
    simulator.faults(BITGET, "ignore", EVER, path=STRATEGY_LIST)
    desk.desk.cancel(BITGET)
    account = await desk.reported(BITGET)
    assert account.reports[0].outcome is Outcome.CONFIRMED
    for coverage in (account.coverage, account.reports[0].coverage):
        assert not coverage.clear
        assert coverage.unknown[0].reason.startswith((SINCE_PRESS, "0 at"))
    await desk.until(lambda: "not read since: no answer" in str(desk.account(BITGET).coverage))


def test_the_remainder_is_read_before_a_cancel_without_a_screen_ends(simulator: Any) -> None:
    resting = simulator.open(BITGET, "strategy")
    assert resting > 0
    simulator.faults(BITGET, "delay", 6, path=STRATEGY_LIST, delay_ms=1_500)
    ended = cancelled(simulator, BITGET)
    assert ended.outcome is Outcome.CONFIRMED
    coverage = ended.coverage[BITGET]
    assert (coverage.open, coverage.resting, coverage.unknown) == (0, resting, ())
    assert coverage.sentence.startswith(f"not covered: {resting} strategy (")


@pytest.mark.parametrize(
    ("fault", "why"),
    [("maintenance", "not read: "), ("ignore", "not read: no answer within")],
)
def test_a_remainder_that_cannot_be_read_is_told_with_the_reason(
    simulator: Any, fault: str, why: str
) -> None:
    simulator.faults(BITGET, fault, EVER, path=STRATEGY_LIST)
    ended = cancelled(simulator, BITGET)
    assert ended.outcome is Outcome.CONFIRMED
    (strategy,) = ended.coverage[BITGET].remainder
    assert strategy.count is None
    assert strategy.reason.startswith(why)
    assert not ended.coverage[BITGET].clear


def test_a_list_that_goes_on_too_long_does_not_keep_a_cancel_from_its_end(
    simulator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "REMAINDER_S", 0.0)
    simulator.faults(BITGET, "ignore", EVER, path=STRATEGY_LIST)
    (strategy,) = cancelled(simulator, BITGET).coverage[BITGET].remainder
    assert strategy.reason == "not read: no answer within 0 s"


def test_all_reports_of_a_press_tell_the_same_remainder(simulator: Any) -> None:
    simulator.orders("okx-desk", "quote", 2, state="pending_fill")
    ended = cancelled(simulator, "okx-desk")
    assert len(ended.reports) > 1
    (coverage,) = {report.coverage for report in ended.reports}
    assert coverage.open == 0
    assert {one.kind: one.count for one in coverage.left}["pending-quote"] == 2


async def test_a_press_of_one_action_leaves_the_kinds_of_the_others(
    simulator: Any, open_desk: OpenDesk
) -> None:
    desk = open_desk("okx-desk")
    await desk.ready("okx-desk")
    quotes = simulator.open("okx-desk", "quote")
    assert quotes > 0
    desk.desk.cancel("okx-desk", "spreads")

    def told() -> bool:
        reports = desk.account("okx-desk").reports
        left = {one.kind: one.count for report in reports for one in report.coverage.left}
        return left.get("quote") == quotes

    await desk.until(told)


def test_the_record_tells_the_remainder_of_each_press(simulator: Any, tmp_path: Path) -> None:
    resting = simulator.open(BITGET, "strategy")
    audit = Audit(tmp_path, {"what": "cancel"})
    cancelled(simulator, BITGET, audit=audit)
    assert audit.path is not None
    records = [read_record(line) for line in audit.path.read_bytes().splitlines()]
    told = [one for one in records if one.kind in ("outcome", "remainder")]
    assert [one.kind for one in told][:1] == ["outcome"]
    newest = from_plain(Coverage, told[-1].fields["coverage"])
    assert newest.resting == resting
    assert all(one.account == BITGET for one in told)


def told(coverage: Coverage) -> list[tuple[str, int | None, str]]:
    """What it says of each kind, whenever that was read."""
    return [(one.kind, one.count, one.reason) for one in (*coverage.covered, *coverage.remainder)]


def test_the_record_tells_why_a_remainder_was_not_read(simulator: Any, tmp_path: Path) -> None:
    simulator.faults(BITGET, "maintenance", EVER, path=STRATEGY_LIST)
    audit = Audit(tmp_path, {"what": "cancel"})
    ended = cancelled(simulator, BITGET, audit=audit)
    assert audit.path is not None
    records = [read_record(line) for line in audit.path.read_bytes().splitlines()]
    newest = [one for one in records if one.kind in ("outcome", "remainder")][-1]
    recorded = from_plain(Coverage, newest.fields["coverage"])
    assert told(recorded) == told(ended.coverage[BITGET])  # a list may have been read once more
    assert not ended.coverage[BITGET].clear


def test_check_tells_what_a_press_would_leave(simulator: Any) -> None:
    resting = simulator.open(BITGET, "strategy")
    accounts, secrets = only(simulator, BITGET)
    (checked,) = check_accounts(accounts, secrets, patience_s=60.0)
    assert checked.ready
    assert (checked.coverage.resting, checked.coverage.unknown) == (resting, ())
    steps = {step.name: step.detail for step in checked.steps}
    everything = simulator.open(BITGET)
    assert steps["open orders"] == f"{everything - resting} open"
