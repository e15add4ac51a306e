"""A fault of our own: it stays in its panel, is shown there, and nothing ends in silence."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from tui.core.actions import Outcome
from tui.core.desk import Health
from tui.service.desk import live as live_desk
from tui.service.desk.live import LiveDesk

OpenDesk = Callable[..., Any]


def broken(*args: object, **more: object) -> Any:
    raise KeyError("a secret that must not be shown")


async def test_a_run_that_fails_by_a_fault_of_ours_is_unresolved(
    simulator: Any, open_desk: OpenDesk
) -> None:
    desk = open_desk("okx-desk")
    await desk.ready("okx-desk")
    desk.desk._workers["okx-desk"]._adapter.cancel = broken
    desk.desk.cancel("okx-desk", "spreads")
    account = await desk.reported("okx-desk")
    assert account.reports[0].outcome in (Outcome.UNRESOLVED, Outcome.REMAINING)
    assert "KeyError" in account.reports[0].message
    assert "secret" not in account.reports[0].message
    assert simulator.open("okx-desk", "spread") > 0


async def test_a_task_that_fails_is_shown_and_started_again(
    simulator: Any, open_desk: OpenDesk
) -> None:
    desk = open_desk("okx-desk", "bitget-uta")
    await desk.ready("okx-desk", "bitget-uta")
    adapter = desk.desk._workers["okx-desk"]._adapter
    adapter.read_book = broken
    desk.desk.refresh("okx-desk")
    await desk.until(lambda: desk.account("okx-desk").health is Health.DEGRADED)
    assert "KeyError" in desk.account("okx-desk").reason
    assert desk.account("bitget-uta").health is Health.READY
    read_before = desk.account("okx-desk").book.read_at_ms
    del adapter.read_book
    await desk.until(lambda: desk.account("okx-desk").book.read_at_ms > read_before)


async def test_frames_that_cannot_be_cleaned_cost_no_picture(
    simulator: Any, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk("htx-unified")
    await desk.ready("htx-unified")
    monkeypatch.setattr(desk.desk._recorder, "catch_up", broken)
    desk.desk.cancel("htx-unified")
    account = await desk.reported("htx-unified")
    assert account.reports[0].outcome is Outcome.CONFIRMED
    await desk.until(lambda: "KeyError" in desk.desk.view.notice)
    assert "secret" not in desk.desk.view.notice


async def test_a_press_made_while_the_keyring_is_read_goes_out_as_soon_as_it_can(
    simulator: Any, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go = threading.Event()
    load = live_desk.tls_context
    monkeypatch.setattr(live_desk, "tls_context", lambda: (let_go.wait(10), load())[1])
    desk = open_desk("bitget-uta")
    desk.desk.panic()
    await desk.until(lambda: bool(desk.account("bitget-uta").runs))
    assert "keyring" in desk.account("bitget-uta").runs[0].step
    let_go.set()
    account = await desk.reported("bitget-uta")
    assert account.reports[0].outcome is Outcome.CONFIRMED


async def test_a_start_that_fails_is_said_and_denies(
    simulator: Any, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_desk, "tls_context", broken)
    desk = open_desk("bitget-uta")
    await desk.until(lambda: desk.account("bitget-uta").health is Health.DOWN)
    assert "KeyError" in desk.account("bitget-uta").reason
    desk.desk.cancel("bitget-uta")
    account = await desk.reported("bitget-uta")
    assert account.reports[0].outcome is Outcome.DENIED


def test_a_service_that_ends_as_it_begins_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    monkeypatch.setattr(live_desk.LiveDesk, "_draw", broken)
    desk = live_desk.LiveDesk((), dict)
    with pytest.raises(RuntimeError, match="the service ended as it began"):
        desk.start()
    desk.stop()


async def test_ready_is_not_said_while_the_book_cannot_be_read(
    simulator: Any, open_desk: OpenDesk
) -> None:
    desk = open_desk("bitget-uta")
    await desk.ready("bitget-uta")
    simulator.faults("bitget-uta", "html_502", 99)
    desk.desk.refresh("bitget-uta")
    await desk.until(lambda: desk.account("bitget-uta").health is Health.DEGRADED)
    assert "cannot be read" in desk.account("bitget-uta").reason
    simulator.reset()
    desk.desk.refresh("bitget-uta")
    await desk.ready("bitget-uta")
    simulator.faults("bitget-uta", "auth_refused", 99)
    desk.desk.refresh("bitget-uta")
    await desk.until(lambda: desk.account("bitget-uta").health is Health.DOWN)


async def test_an_account_that_cannot_be_opened_stays_in_its_panel(
    open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    hire = LiveDesk._hire

    def broken_for_one(desk: LiveDesk, account: Any, found: Any) -> Any:
        return broken() if account.name == "okx-desk" else hire(desk, account, found)

    monkeypatch.setattr(LiveDesk, "_hire", broken_for_one)
    desk = open_desk("okx-desk", "bitget-uta")
    await desk.ready("bitget-uta")
    await desk.until(lambda: desk.account("okx-desk").health is Health.DOWN)
    assert "KeyError" in desk.account("okx-desk").reason
    desk.desk.cancel("okx-desk")
    account = await desk.reported("okx-desk")
    assert {report.outcome for report in account.reports} == {Outcome.DENIED}


def test_a_service_that_ends_on_a_fault_says_so_once_and_prints_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_: object) -> None:
        raise KeyError("a text that is not to be shown")

    monkeypatch.setattr("tui.service.network.frame_recorder.Recorder.flush", broken)
    desk, said = LiveDesk((), lambda _: None), []
    desk.on_end = said.append
    desk.start()
    desk.stop()
    (sentence,) = said
    assert "the service stopped on a fault of killdesk's own (KeyError at" in sentence
    assert "not to be shown" not in sentence
    assert capsys.readouterr().err == ""
