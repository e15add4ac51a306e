"""Every press puts its own cancels on the wire, whatever is under way, and has its own report."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.service.conftest import DeskOnTest
from tui.core.accounts import Account
from tui.core.actions import EVERYTHING, Outcome
from tui.core.audit.chain import read_record
from tui.core.clocks import read_clock
from tui.core.desk import Health
from tui.core.secrets import Credentials
from tui.service.account import unavailable as absent
from tui.service.audit.writer import Audit
from tui.service.cancel import active_runs as runs
from tui.service.cancel.run import RunLimits
from tui.service.demo import read_greeting
from tui.service.desk.live import LiveDesk
from tui.ui.alarms.model import Alarms
from tui.ui.panic.model import PanicPress, rows, tally

OpenDesk = Callable[..., Any]

EVER = 1_000_000
LATE_MS = 150
ACTIONS = {
    "htx-legacy isolated": ('"op":"cancelall"', "/linear-swap-api/v1/swap_openorders"),
    "htx-legacy cross": ('"op":"cross_cancelall"', "/linear-swap-api/v1/swap_cross_openorders"),
    "htx-unified unified": ('"op":"cancel_all_orders"', "/v5/trade/order/opens"),
    "okx-desk spreads": ('"op":"sprd-mass-cancel"', "/api/v5/sprd/orders-pending"),
    "okx-desk quotes": ("/api/v5/rfq/cancel-all-quotes", "/api/v5/rfq/quotes"),
    "bitget-uta orders": ("/api/v3/trade/cancel-symbol-order", "/api/v3/trade/unfilled-orders"),
}
"""What is seen of its cancels in the frames, and where its orders are listed."""
ACCOUNTS = tuple(dict.fromkeys(name.split()[0] for name in ACTIONS))
CANCELS = {
    "htx-legacy": ("cancelall", "cross_cancelall"),
    "htx-unified": ("cancel_all_orders",),
    "okx-desk": ("sprd-mass-cancel",),
}
KINDS = {
    "htx-legacy": ("isolated", "cross"),
    "htx-unified": ("unified",),
    "okx-desk": ("spread", "quote"),
    "bitget-uta": ("SPOT", "MARGIN", "USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES"),
}
PATIENT = RunLimits(window_s=60.0)
"""Runs that go on for as long as orders rest, however slow the machine is."""


def lists_are_late(simulator: Any) -> None:
    for name, (_, path) in ACTIONS.items():
        simulator.faults(name.split()[0], "delay", EVER, path=path, delay_ms=LATE_MS)


def cancels_take_nothing(simulator: Any) -> None:
    """They are accepted, and all that they should have taken has been quoted again at once."""
    for account, ops in CANCELS.items():
        for op in ops:
            simulator.faults(account, "accept_only", EVER, op=op)
    simulator.faults("okx-desk", "accept_only", EVER, path="/api/v5/rfq/cancel-all-quotes")
    simulator.faults("bitget-uta", "accept_only", EVER, path="/api/v3/trade/cancel-symbol-order")


def cancels_work(simulator: Any) -> None:
    simulator._client.delete("/sim/faults").raise_for_status()
    lists_are_late(simulator)


def sent(desk: DeskOnTest) -> dict[str, int]:
    """How many cancels of each action have left."""
    out = [(one.account, one.text) for one in desk.log() if one.direction == "out"]
    return {
        name: sum(account == name.split()[0] and mark in text for account, text in out)
        for name, (mark, _) in ACTIONS.items()
    }


def under_way(desk: DeskOnTest) -> dict[str, int]:
    """How many runs of each action go on."""
    going = [f"{one.name} {run.action}" for one in desk.desk.view.accounts for run in one.runs]
    return {name: going.count(name) for name in ACTIONS}


async def test_every_press_sends_though_earlier_ones_are_being_verified(
    simulator: Any, watch_desk: Callable[[LiveDesk], DeskOnTest], tmp_path: Path
) -> None:
    """Two presses of each account, then a panic, all while the venue still lists orders."""
    entries = [{"name": name, **entry} for name, entry in simulator.accounts.items()]
    demo = read_greeting(json.dumps({"url": simulator.url, "accounts": entries}))
    audit = Audit(tmp_path, {"what": "test"})
    live = LiveDesk(
        demo.accounts,
        lambda one: demo.secrets[one.name],
        screen_grace_s=3600,
        limits=PATIENT,
        audit=audit,
    )
    live.start()
    desk = watch_desk(live)
    alarms = Alarms()
    try:
        await desk.ready(*ACCOUNTS)
        lists_are_late(simulator)
        cancels_take_nothing(simulator)
        before = sent(desk)
        for number in (1, 2):
            for name in ACCOUNTS:
                live.cancel(name)
            await desk.until(lambda n=number: set(under_way(desk).values()) == {n})
            await desk.until(lambda before=before: _each_grew(before, sent(desk)))
            before = sent(desk)
        cancels_work(simulator)
        panic = PanicPress(read_clock().wall_ms)
        live.panic()
        await desk.until(lambda: _each_grew(before, sent(desk)))

        def ended() -> bool:
            view = live.view
            alarms.feed(view, read_clock())
            return not any(account.runs for account in view.accounts)

        await desk.until(ended, timeout_s=60)
        assert {simulator.open(name, kind) for name in ACCOUNTS for kind in KINDS[name]} == {0}
        counted = tally(rows(live.view, panic))
        assert (counted.confirmed, counted.total) == (len(ACTIONS), len(ACTIONS))
        shown = {
            f"{account.name} {report.action}": report
            for account in live.view.accounts
            for report in account.reports
        }
        assert all(report.started_ms >= panic.at_ms for report in shown.values()), "the newest"
    finally:
        live.stop()
    told = [event for event in alarms.history.newest_first() if event.report is not None]
    history = [f"{one.account} {one.report.action}" for one in told if one.report]
    assert audit.path is not None
    found = [read_record(line) for line in audit.path.read_bytes().splitlines()]
    recorded = [f"{r.account} {r.fields['action']}" for r in found if r.kind == "outcome"]
    outcomes = {r.fields["outcome"] for r in found if r.kind == "outcome"}
    for name in ACTIONS:
        assert (history.count(name), recorded.count(name)) == (3, 3), name
    assert outcomes == {Outcome.CONFIRMED}


def _each_grew(before: dict[str, int], now: dict[str, int]) -> bool:
    return all(now[name] > before[name] for name in ACTIONS)


async def test_a_hammered_key_sends_every_time_and_does_not_fill_the_memory(
    simulator: Any, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "MOST_AT_ONCE", 3)
    desk = open_desk("okx-desk", limits=PATIENT)
    await desk.ready("okx-desk")
    simulator.faults("okx-desk", "ignore", EVER, path="/api/v5/sprd/orders-pending")
    before = sent(desk)["okx-desk spreads"]
    for number in range(1, 6):
        desk.desk.cancel("okx-desk", "spreads")
        await desk.until(lambda n=number: sent(desk)["okx-desk spreads"] >= before + n)
    await desk.until(lambda: len(desk.account("okx-desk").earlier) == 1)
    view = desk.account("okx-desk")
    assert len(view.runs) == 3
    given_up = (*view.earlier, *view.reports)
    assert [one.outcome for one in given_up] == [Outcome.UNRESOLVED] * 2
    assert {one.attempts for one in given_up} == {1}
    assert all("followed by 3 more presses" in one.message for one in given_up)
    simulator._client.delete("/sim/faults").raise_for_status()
    await desk.until(lambda: not desk.account("okx-desk").runs)
    await desk.until(
        lambda: all(
            one.outcome is Outcome.CONFIRMED
            for one in (*desk.account("okx-desk").earlier, *desk.account("okx-desk").reports)
        )
    )


async def test_presses_made_before_there_are_credentials_each_have_a_report(
    simulator: Any,
    watch_desk: Callable[[LiveDesk], DeskOnTest],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(absent, "HELD_S", 3600)  # a busy machine may need longer than a trader
    entries = [{"name": name, **entry} for name, entry in simulator.accounts.items()]
    demo = read_greeting(json.dumps({"url": simulator.url, "accounts": entries}))
    accounts = [one for one in demo.accounts if one.name == "okx-desk"]
    unlocked = threading.Event()

    def secrets(account: Account) -> Credentials:
        unlocked.wait()
        return demo.secrets[account.name]

    live = LiveDesk(accounts, secrets, screen_grace_s=3600, answer_s=3600)
    live.start()
    desk = watch_desk(live)
    try:
        for number in (1, 2):
            live.cancel("okx-desk", "spreads")
            await desk.until(lambda n=number: len(desk.account("okx-desk").runs) == n)
        unlocked.set()
        await desk.until(lambda: desk.account("okx-desk").health is Health.READY)
        await desk.until(lambda: not desk.account("okx-desk").runs)
        view = desk.account("okx-desk")
        ended = [one for one in (*view.earlier, *view.reports) if one.action == "spreads"]
        assert len({one.started_ms for one in ended}) == 2
        assert {one.outcome for one in ended} == {Outcome.CONFIRMED}
        assert {one.scope for one in ended} == {EVERYTHING}
    finally:
        unlocked.set()
        live.stop()
