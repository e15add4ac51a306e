"""The drill: the real service on a simulator of its own, from the plan to what is kept."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tui.cli import drill as drill_command
from tui.core.accounts import Account
from tui.core.drill import (
    STEPS,
    AccountDrill,
    Drill,
    DrillAccount,
    DrillPlan,
    last_of,
)
from tui.service.drill import runner as drilling
from tui.service.drill.history import KEPT, drills_file, keep_drill, read_drills
from tui.service.drill.plan import account_of, plan_of_settings, plan_of_view
from tui.service.drill.runner import run_drill
from tui.service.drill.simulator_client import SimulatorControl
from tui.service.drill.subprocess import DrillProcess

DESK = (
    Account("htx-main", "htx", "https://api.hbdm.com", family="auto", extras=("triggers",)),
    Account("okx desk=1", "okx", "https://www.okx.com", timers=("okx-sprd", "okx-rfq")),
    Account("-x", "bitget", "https://api.bitget.com"),
    Account("uni", "htx", "https://api.hbdm.com", family="unified"),
)
LOOPBACK = "http://127.0.0.1:"


def test_a_drill_confirms_every_account_and_holds_every_timer_once() -> None:
    told: list[Drill] = []
    ended = run_drill(plan_of_settings(DESK, 8), told.append)
    assert ended.ok, ended
    assert [name for name, _ in ended.steps] == list(STEPS)
    assert ended.url.startswith(LOOPBACK)
    for one in ended.accounts:
        assert (one.orders, one.outcome, one.left) == (8, "confirmed", 0)
        assert None not in (one.connect_ms, one.read_ms, one.wire_ms, one.ack_ms, one.confirmed_ms)
    assert [one.timers for one in ended.accounts] == [0, 2, 1, 0]
    assert all((one.arm_ms is not None) == bool(one.timers) for one in ended.accounts)
    assert told[-1] == ended
    assert not any(drill.done for drill in told[:-1])
    assert next(drill.step for drill in told if drill.step) == "connect"


def test_no_real_address_comes_along(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Account] = []

    class WatchedProcess(drilling.LiveDesk):
        def __init__(self, accounts: Any, secrets: Any, **more: Any) -> None:
            seen.extend(accounts)
            super().__init__(accounts, secrets, **more)

    monkeypatch.setattr(drilling, "LiveDesk", WatchedProcess)
    guarded = replace(DESK[2], deadman=None)
    assert run_drill(plan_of_settings((*DESK[:2], guarded), 1)).ok
    assert len(seen) == 3
    for account in seen:
        assert account.rest_url.startswith(LOOPBACK)
        assert account.ws_url is None or account.ws_url.startswith("ws://127.0.0.1:")
        assert account.deadman is None or not any(
            (account.deadman.guards.url, account.deadman.guards.file, account.deadman.guards.pid)
        )


def test_orders_that_stay_are_a_failed_drill(monkeypatch: pytest.MonkeyPatch) -> None:
    """The drill asks the simulator itself, not only the service that is being tried."""
    real = SimulatorControl.state

    def one_stays(simulator: SimulatorControl) -> Any:
        simulator.rest("-x", "SPOT", 1)
        return real(simulator)

    monkeypatch.setattr(SimulatorControl, "state", one_stays)
    ended = run_drill(plan_of_settings(DESK[2:3], 5))
    assert ended.done and not ended.ok
    assert ended.accounts[0].outcome == "confirmed"
    assert ended.accounts[0].left == 1


def test_a_drill_whose_venues_somebody_else_changed_does_not_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = SimulatorControl.state

    def somebody_resets(simulator: SimulatorControl) -> Any:
        state = real(simulator)
        SimulatorControl(simulator.url).rest("-x", "SPOT", 1)
        return state

    monkeypatch.setattr(SimulatorControl, "state", somebody_resets)
    ended = run_drill(plan_of_settings(DESK[2:3], 5))
    assert ended.done and not ended.ok
    assert all(one.outcome == "confirmed" and one.left == 0 for one in ended.accounts)
    assert "does not count" in ended.problem


def test_a_venue_that_does_not_answer_is_a_failed_drill(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys that the simulated venues refuse: the drill goes on to its end and names the account."""
    monkeypatch.setattr(drilling, "READY_S", 1.0)
    monkeypatch.setattr(drilling, "TIMERS_S", 1.0)
    real = drilling.demo_desk

    class Wrong:
        def __init__(self, *args: Any) -> None:
            self._desk = real(*args)

        def __enter__(self) -> Any:
            demo = self._desk.__enter__()
            swapped = dict(zip(demo.secrets, reversed(demo.secrets.values()), strict=True))
            return replace(demo, secrets=swapped)

        def __exit__(self, *error: Any) -> Any:
            return self._desk.__exit__(*error)

    monkeypatch.setattr(drilling, "demo_desk", Wrong)
    ended = run_drill(plan_of_settings(DESK[1:3], 5))
    assert ended.done and not ended.ok
    assert "was not ready" in ended.problem
    assert all(one.outcome != "confirmed" for one in ended.accounts)


def test_no_keyring_is_even_loaded() -> None:
    ask = "import sys, tui.cli.drill; print('keyring' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


def test_an_account_that_cannot_be_used_is_named_and_the_others_are_drilled() -> None:
    broken = Account("broken", "okx", "", problem='site: expected "global", got "mars"')
    plan = plan_of_settings((DESK[2], broken), 5)
    assert DrillPlan.of_json(plan.as_json()) == plan
    ended = run_drill(plan)
    drilled, left_out = ended.accounts
    assert (drilled.ok, drilled.orders, ended.problem) == (True, 5, "")
    assert (left_out.account, left_out.outcome, left_out.ok) == ("broken", "denied", False)
    assert not ended.ok, "a panic would be denied there"
    assert Drill.of_json(json.dumps(ended.as_json())) == ended
    said = list(drill_command.in_words(ended, None))
    assert any(line.startswith("broken") and '"mars"' in line for line in said)
    assert said[-1] == "FAILED"


def test_no_accounts_is_a_problem_and_no_crash() -> None:
    ended = run_drill(DrillPlan(()))
    assert ended.done and not ended.ok
    assert ended.problem == "there are no accounts to drill"


async def test_the_plan_of_a_running_desk_has_todays_orders(open_desk: Any, simulator: Any) -> None:
    names = ("htx-legacy", "htx-unified", "okx-desk", "bitget-uta")
    desk = open_desk(*names)
    await desk.ready(*names)
    plan = plan_of_view(desk.desk.view, keep=False)
    assert not plan.keep
    for account in plan.accounts:
        by_kind = simulator.account(account.name)["by_kind"]
        assert account.orders
        assert all(by_kind[kind] == count for kind, count in account.orders)
    family = {account.name: account.family for account in plan.accounts}
    assert family == dict(zip(names, ("legacy", "unified", "", ""), strict=True))
    assert "strategy" not in dict(plan.accounts[3].orders), "no button reaches them"
    assert DrillPlan.of_json(plan.as_json()) == plan


async def test_a_drill_in_a_process_of_its_own_leaves_the_desk_alone(
    open_desk: Any, simulator: Any
) -> None:
    desk = open_desk("okx-desk", "bitget-uta")
    await desk.ready("okx-desk", "bitget-uta")
    desk.desk.arm("bitget-uta")
    await desk.until(lambda: desk.account("bitget-uta").timer.state == "armed")
    before, told = simulator.open("okx-desk"), []
    process = DrillProcess(plan_of_view(desk.desk.view, keep=False), told.append)
    process.start()
    states = set()
    async with asyncio.timeout(60):
        while not (told and told[-1].done):
            states.add(str(desk.account("bitget-uta").timer.state))
            await asyncio.sleep(0.02)
    assert told[-1].ok, told[-1]
    assert states <= {"armed", "late"}, "a busy machine may hold up a beat; no drill may lose one"
    assert simulator.timer("bitget-uta", "bitget")["armed"]
    assert simulator.open("okx-desk") == before
    assert not desk.account("okx-desk").reports
    desk.desk.disarm("bitget-uta")


async def test_a_drill_that_is_stopped_says_nothing_more() -> None:
    told: list[Drill] = []
    process = DrillProcess(plan_of_settings(DESK, 5), told.append)
    process.start()
    async with asyncio.timeout(60):
        while not told:
            await asyncio.sleep(0.01)
    process.stop()
    await asyncio.to_thread(process._thread.join)
    assert not any(drill.done for drill in told)


# What is kept


def some(at_ms: int = 1, **changes: Any) -> Drill:
    one = AccountDrill("a", "okx", 3, 1.0, 2.0, 1.0, 4.0, 5.0, "confirmed", 0)
    return replace(Drill(at_ms, (one,), (("panic", 5.0),), done=True), **changes)


def test_the_last_hundred_are_kept_for_the_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "state" / "drills.jsonl"
    assert read_drills(path) == ()
    for at_ms in range(1, KEPT + 6):
        keep_drill(path, some(at_ms))
    kept = read_drills(path)
    assert [drill.at_ms for drill in kept] == list(range(6, KEPT + 6))
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text("rubbish\n" + path.read_text())
    assert read_drills(path) == kept
    assert last_of(kept) == kept[-1]
    assert last_of(kept, before_ms=kept[-1].at_ms) == kept[-2]


def test_the_plan_spreads_the_orders_over_what_buttons_reach() -> None:
    plan = plan_of_settings(DESK, 7)
    assert [account.count for account in plan.accounts] == [7] * 4
    assert dict(plan.accounts[0].orders) == {"isolated": 4, "cross": 3}
    assert plan.accounts[3].orders == (("unified", 7),)
    copy = account_of(
        DrillAccount("a", "htx", "legacy"), "http://127.0.0.1:1", "ws://127.0.0.1:1/x"
    )
    assert copy.deadman is None


@pytest.mark.skipif(sys.platform == "win32", reason="programs of a POSIX system")
@pytest.mark.parametrize(
    ("program", "says"),
    [
        ("/nowhere/python", "the drill did not start: No such file or directory"),
        ("/bin/echo", "the drill cannot be read"),
        ("/bin/true", "ended before the drill did"),
    ],
)
@pytest.mark.parametrize("at_once", [False, True], ids=["", "ended before it is told the plan"])
def test_a_process_that_is_no_drill_is_a_problem_that_is_told(
    monkeypatch: pytest.MonkeyPatch, program: str, says: str, at_once: bool
) -> None:
    class Ended(subprocess.Popen[str]):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self.wait(20)

    if at_once:
        monkeypatch.setattr("tui.service.drill.subprocess.subprocess.Popen", Ended)
    monkeypatch.setattr(sys, "executable", program)
    told: list[Drill] = []
    process = DrillProcess(plan_of_settings(DESK, 5), told.append)
    process.start()
    process._thread.join(20)
    assert told[-1].done and not told[-1].ok
    assert says in told[-1].problem


def test_a_drill_that_is_stopped_before_it_began_never_runs() -> None:
    told: list[Drill] = []
    process = DrillProcess(plan_of_settings(DESK, 5), told.append)
    process.stop()
    process.start()
    process._thread.join(20)
    assert not process._thread.is_alive()
    assert told == []


@pytest.mark.skipif(sys.platform == "win32", reason="the state folder is named by XDG_STATE_HOME")
def test_a_drill_from_a_shell_is_said_kept_and_compared_with_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    said: list[str] = []
    objects: list[Any] = []
    assert drill_command.drill(DESK[2:3], 3, said.append, objects.append)
    assert [one["ok"] for one in objects] == [True]
    assert not said, "JSON alone"
    assert [one.ok for one in read_drills(drills_file())] == [True]
    assert drill_command.drill(DESK[2:3], 3, said.append)
    assert said[0] == drill_command.NOTHING_REAL
    assert any(line.startswith("the last drill (1 accounts, 3 orders): -x") for line in said)
    assert said[-1] == "all confirmed, nothing left"
    assert len(read_drills(drills_file())) == 2
    assert not drill_command.drill((), 3, said.append)
    assert said[-1] == "FAILED"
