"""A running desk takes new settings: what did not change does not notice."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tui.core.accounts import Account, TimerSettings
from tui.core.deadman.view import TimerState
from tui.core.desk import Health, NewSettings
from tui.core.secrets import Credentials
from tui.service.desk.live import LiveDesk

OpenDesk = Callable[..., Any]
WAIT_S = 60


def new(desk: Any, *accounts: Account, **more: Any) -> NewSettings:
    """New settings for a desk on test, whose secrets stay what they are."""
    return NewSettings(accounts, desk.desk._secrets, **more)


def accounts(desk: Any) -> dict[str, Account]:
    return {account.name: account for account in desk.desk._workers.accounts}


async def armed(desk: Any, name: str) -> None:
    desk.desk.arm(name)
    await desk.until(lambda: desk.account(name).timer.state is TimerState.ARMED)


async def test_an_unchanged_account_keeps_its_socket_and_its_beats(
    simulator: Any, open_desk: OpenDesk
) -> None:
    desk = open_desk("okx-desk", "bitget-uta", deadman=TimerSettings(9, 1.5))
    await desk.ready("okx-desk", "bitget-uta")
    await armed(desk, "bitget-uta")
    worker = desk.desk._workers["bitget-uta"]
    before = accounts(desk)
    changed = replace(before["okx-desk"], extras=("rfqs",))
    answer = desk.desk.reconfigure(new(desk, changed, before["bitget-uta"]))
    await desk.until(answer.done)
    assert answer.result() == ""
    assert desk.desk._workers["bitget-uta"] is worker
    await desk.ready("okx-desk", "bitget-uta")
    assert "rfqs" in {action.id for action in desk.account("okx-desk").actions}
    beat = desk.account("bitget-uta").timer.last_beat_ms
    await desk.until(lambda: desk.account("bitget-uta").timer.last_beat_ms > beat)
    timer = desk.account("bitget-uta").timer
    assert timer.state is TimerState.ARMED and timer.misses == 0
    assert simulator.timer("bitget-uta", "bitget")["armed"]


async def test_a_changed_account_connects_anew(open_desk: OpenDesk) -> None:
    desk = open_desk("okx-desk")
    await desk.ready("okx-desk")
    worker = desk.desk._workers["okx-desk"]
    (before,) = accounts(desk).values()
    answer = desk.desk.reconfigure(new(desk, before, renewed={"okx-desk"}))
    await desk.until(answer.done)
    assert desk.desk._workers["okx-desk"] is not worker
    assert worker._socket is not None and not worker._socket.up
    await desk.ready("okx-desk")


async def test_accounts_come_and_go_in_the_order_of_the_settings(
    simulator: Any, open_desk: OpenDesk
) -> None:
    desk = open_desk("okx-desk", "htx-legacy")
    await desk.ready("okx-desk", "htx-legacy")
    before = accounts(desk)
    second = replace(before["okx-desk"], name="another")
    known = desk.desk._secrets(before["okx-desk"])
    answer = desk.desk.reconfigure(NewSettings((second, before["okx-desk"]), lambda _: known))
    await desk.until(answer.done)
    await desk.ready("another", "okx-desk")
    assert [account.name for account in desk.desk.view.accounts] == ["another", "okx-desk"]
    desk.desk.cancel("htx-legacy")  # a press that was on its way is nobody's fault
    desk.desk.cancel("another", "spreads")
    await desk.reported("another")
    assert simulator.open("okx-desk", "spread") == 0
    assert simulator.open("htx-legacy") == 40
    assert desk.desk.view.notice == ""


async def test_an_account_with_an_armed_timer_is_not_changed(
    simulator: Any, open_desk: OpenDesk
) -> None:
    desk = open_desk("bitget-uta")
    await desk.ready("bitget-uta")
    await armed(desk, "bitget-uta")
    (before,) = accounts(desk).values()
    worker = desk.desk._workers["bitget-uta"]
    for wanted in ((replace(before, deadman=TimerSettings(40)),), ()):
        answer = desk.desk.reconfigure(new(desk, *wanted))
        await desk.until(answer.done)
        assert answer.result().startswith("disarm bitget-uta first")
    assert desk.desk._workers["bitget-uta"] is worker
    desk.desk.disarm("bitget-uta")
    await desk.until(lambda: desk.account("bitget-uta").timer.state is TimerState.OFF)
    answer = desk.desk.reconfigure(new(desk, replace(before, deadman=TimerSettings(40))))
    await desk.until(answer.done)
    assert answer.result() == ""
    await armed(desk, "bitget-uta")
    assert 30_000 < simulator.timer("bitget-uta", "bitget")["expires_in_ms"] <= 40_000


async def test_an_account_whose_switch_off_may_still_arrive_is_not_changed(
    simulator: Any, open_desk: OpenDesk
) -> None:
    """A timer that was armed anew meanwhile would be switched off by it, and shown as armed."""
    desk = open_desk("bitget-uta")
    await desk.ready("bitget-uta")
    await armed(desk, "bitget-uta")
    simulator.faults("bitget-uta", "ignore", path="/api/v3/trade/countdown-cancel-all")
    desk.desk.disarm("bitget-uta")
    await desk.until(lambda: desk.account("bitget-uta").timer.state is TimerState.OFF)
    answer = desk.desk.reconfigure(new(desk, *accounts(desk).values(), renewed={"bitget-uta"}))
    await desk.until(answer.done)
    assert answer.result().startswith("wait half a minute for bitget-uta")


async def test_an_account_whose_cancel_runs_is_not_changed(
    simulator: Any, open_desk: OpenDesk
) -> None:
    desk = open_desk("okx-desk")
    await desk.ready("okx-desk")
    simulator.faults("okx-desk", "ignore", 40)
    desk.desk.cancel("okx-desk", "spreads")
    await desk.until(lambda: bool(desk.account("okx-desk").runs))
    answer = desk.desk.reconfigure(new(desk))
    await desk.until(answer.done)
    assert answer.result().startswith("wait for okx-desk first")
    assert desk.account("okx-desk").name == "okx-desk"


async def test_an_account_works_with_its_old_settings_until_the_keyring_answers(
    simulator: Any, open_desk: OpenDesk
) -> None:
    desk = open_desk("okx-desk")
    await desk.ready("okx-desk")
    (before,) = accounts(desk).values()
    worker = desk.desk._workers["okx-desk"]
    answers = threading.Event()

    def slow(account: Account) -> Credentials | str:
        assert answers.wait(WAIT_S)
        return desk.desk._secrets(account)

    changed = replace(before, extras=("rfqs",))
    answer = desk.desk.reconfigure(NewSettings((changed,), slow))
    await desk.until(lambda: "new settings wait" in desk.account("okx-desk").reason)
    assert desk.account("okx-desk").health is Health.READY
    desk.desk.panic()
    await desk.reported("okx-desk", 2)
    assert simulator.open("okx-desk", "spread") == simulator.open("okx-desk", "quote") == 0
    assert desk.desk._workers["okx-desk"] is worker
    answers.set()
    await desk.until(answer.done)
    await desk.until(lambda: desk.desk._workers["okx-desk"] is not worker)
    await desk.ready("okx-desk")
    assert "rfqs" in {action.id for action in desk.account("okx-desk").actions}
    assert desk.account("okx-desk").reason == ""


async def test_a_keyring_that_refuses_replaces_nobody_and_is_asked_again(
    open_desk: OpenDesk,
) -> None:
    desk = open_desk("okx-desk")
    await desk.ready("okx-desk")
    (before,) = accounts(desk).values()
    worker = desk.desk._workers["okx-desk"]
    told: list[Credentials | str] = ["the keyring is locked"]
    changed = replace(before, extras=("rfqs",))
    settings = NewSettings((changed,), lambda _: told[0], {"okx-desk"})
    answer = desk.desk.reconfigure(settings)
    await desk.until(answer.done)
    assert answer.result() == ""
    assert desk.account("okx-desk").health is Health.READY
    assert desk.account("okx-desk").reason.endswith("new settings wait: the keyring is locked")
    told[0] = desk.desk._secrets(before)
    await desk.until(lambda: not desk.desk.refresh("okx-desk") and _replaced(desk, worker))
    await desk.ready("okx-desk")


async def test_settings_that_are_taken_back_leave_the_account_as_it_is(
    open_desk: OpenDesk,
) -> None:
    desk = open_desk("okx-desk")
    await desk.ready("okx-desk")
    (before,) = accounts(desk).values()
    worker = desk.desk._workers["okx-desk"]
    changed = replace(before, extras=("rfqs",))
    for wanted in (changed, before):
        answer = desk.desk.reconfigure(NewSettings((wanted,), lambda _: "the keyring is locked"))
        await desk.until(answer.done)
    assert desk.account("okx-desk").reason == ""
    assert desk.desk._workers["okx-desk"] is worker


async def test_a_timer_that_is_armed_meanwhile_is_waited_for(
    simulator: Any, open_desk: OpenDesk
) -> None:
    desk = open_desk("bitget-uta")
    await desk.ready("bitget-uta")
    (before,) = accounts(desk).values()
    worker = desk.desk._workers["bitget-uta"]
    told: list[Credentials | str] = ["the keyring is locked"]
    changed = replace(before, deadman=TimerSettings(40))
    answer = desk.desk.reconfigure(NewSettings((changed,), lambda _: told[0]))
    await desk.until(answer.done)
    await armed(desk, "bitget-uta")
    told[0] = desk.desk._secrets(before)
    await desk.until(
        lambda: (
            not desk.desk.refresh("bitget-uta")
            and "disarm bitget-uta first" in desk.account("bitget-uta").reason
        )
    )
    assert desk.desk._workers["bitget-uta"] is worker
    assert simulator.timer("bitget-uta", "bitget")["armed"]
    desk.desk.disarm("bitget-uta")
    await desk.until(lambda: _replaced(desk, worker, "bitget-uta"))


def _replaced(desk: Any, worker: object, name: str = "okx-desk") -> bool:
    return desk.desk._workers[name] is not worker


async def test_an_account_without_credentials_looks_into_the_keyring_again(
    open_desk: OpenDesk, watch_desk: Any
) -> None:
    on_test = open_desk("okx-desk")
    await on_test.ready("okx-desk")
    (before,) = accounts(on_test).values()
    live = LiveDesk((before,), lambda _: "the keyring is locked")
    live.start()
    try:
        desk = watch_desk(live)
        await desk.until(lambda: desk.account("okx-desk").health is Health.DOWN)
        assert desk.account("okx-desk").reason == "the keyring is locked"
        answer = live.reconfigure(NewSettings((before,), on_test.desk._secrets))
        await desk.until(answer.done)
        await desk.ready("okx-desk")
    finally:
        live.stop()


async def test_a_stopped_desk_says_so(open_desk: OpenDesk) -> None:
    desk = open_desk("okx-desk")
    desk.desk.stop()
    assert "stopped" in desk.desk.reconfigure(NewSettings((), lambda _: "no entry")).result(WAIT_S)


@pytest.mark.parametrize("seconds", [5.0, 30.0])
async def test_the_screens_grace_is_taken_over(open_desk: OpenDesk, seconds: float) -> None:
    desk = open_desk("okx-desk")
    await desk.ready("okx-desk")
    answer = desk.desk.reconfigure(
        new(desk, *accounts(desk).values(), screen_grace_s=seconds, notice=lambda: "look")
    )
    await desk.until(answer.done)
    assert desk.desk._screen.grace_s == seconds
    await desk.until(lambda: desk.desk.view.notice == "look")


async def test_a_fault_in_what_ends_keeps_nothing_from_beginning(
    simulator: Any, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails() -> None:
        raise RuntimeError("a fault of our own")

    desk = open_desk("okx-desk")
    await desk.ready("okx-desk")
    ended = desk.desk._workers["okx-desk"]
    stop = ended.stop
    monkeypatch.setattr(ended, "stop", fails)
    changed = replace(accounts(desk)["okx-desk"], extras=("rfqs",))
    answer = desk.desk.reconfigure(new(desk, changed))
    await desk.until(answer.done)
    assert answer.result() == ""
    await desk.until(lambda: desk.account("okx-desk").health is Health.READY)
    asyncio.run_coroutine_threadsafe(stop(), desk.desk._loop).result()
