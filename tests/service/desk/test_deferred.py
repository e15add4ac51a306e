"""A desk that is opened behind its screen: nothing that is asked meanwhile is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from tui.core.actions import EVERYTHING, Outcome
from tui.core.desk import DeskView, Health, NewSettings, RunView
from tui.core.frames import FrameFeed
from tui.service.desk.deferred import DeferredDesk, awaited

WAIT_S = 60.0


class OpenDesk:
    """Notes what it is asked."""

    def __init__(self) -> None:
        self.frames = FrameFeed()
        self.view = DeskView((awaited("one", "okx", "OKX"),), "open")
        self.asked: list[tuple[object, ...]] = []
        self.audit: SimpleNamespace | None = None

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *args: self.asked.append((name, *args))


class Opening:
    """Lets a test say when the desk is open, and see that it is closed."""

    def __init__(self, error: Exception | None = None) -> None:
        self.desk = OpenDesk()
        self.go = threading.Event()
        self.closed = False
        self._error = error

    @contextmanager
    def __call__(self) -> Iterator[Any]:
        assert self.go.wait(WAIT_S)
        if self._error is not None:
            raise self._error
        yield self.desk
        self.closed = True


def late_desk(opening: Opening) -> tuple[DeferredDesk, threading.Event]:
    desk = DeferredDesk([awaited("one", "okx", "OKX"), awaited("two", "htx", "HTX")], opening)
    changed = threading.Event()
    desk.watch(changed.set)
    return desk, changed


def test_its_accounts_are_there_before_it_is_open() -> None:
    desk, _ = late_desk(Opening())
    assert [account.name for account in desk.view.accounts] == ["one", "two"]
    assert {account.health for account in desk.view.accounts} == {Health.CONNECTING}


def test_what_was_asked_before_is_asked_once_it_is_open_in_order() -> None:
    opening = Opening()
    desk, changed = late_desk(opening)
    desk.start()
    desk.panic()
    desk.cancel("one", "spreads")
    desk.arm("two")
    desk.note("lock", "locked")
    assert [bool(account.runs) for account in desk.view.accounts] == [True, True]
    assert changed.wait(WAIT_S)
    assert opening.desk.asked == []
    changed.clear()
    opening.go.set()
    assert changed.wait(WAIT_S)
    names = [command[0] for command in opening.desk.asked]
    assert names == ["watch", "panic", "cancel", "arm", "note"]
    assert opening.desk.asked[4] == ("note", "lock", "locked")
    assert opening.desk.asked[2][1:3] == ("one", "spreads")
    assert desk.view.notice == "open"
    assert desk.frames is opening.desk.frames
    desk.refresh("two")
    assert opening.desk.asked[-1] == ("refresh", "two")
    desk.stop()
    assert opening.closed


def test_a_cancel_that_waits_is_shown_where_it_belongs() -> None:
    desk, _ = late_desk(Opening())
    desk.cancel("two")
    assert [len(account.runs) for account in desk.view.accounts] == [0, 1]
    assert desk.view.accounts[1].runs[0].step == "waiting for the desk"


def test_why_it_cannot_be_opened_is_said_in_every_panel() -> None:
    opening = Opening(RuntimeError("the simulator did not start"))
    desk, changed = late_desk(opening)
    desk.start()
    opening.go.set()
    assert changed.wait(WAIT_S)
    assert {account.health for account in desk.view.accounts} == {Health.DOWN}
    assert {account.reason for account in desk.view.accounts} == {"the simulator did not start"}
    desk.stop()


def test_without_a_desk_a_press_is_denied_and_not_left_waiting() -> None:
    opening = Opening(RuntimeError("the simulator did not start"))
    desk, changed = late_desk(opening)
    desk.cancel("one")
    changed.clear()
    desk.start()
    opening.go.set()
    assert changed.wait(WAIT_S)
    changed.clear()
    desk.cancel("two")
    assert changed.is_set()
    for account in desk.view.accounts:
        assert account.runs == ()
        assert [report.outcome for report in account.reports] == [Outcome.DENIED]
        assert account.reports[0].message == "the simulator did not start"
    desk.stop()


def test_it_may_end_before_it_began() -> None:
    desk, _ = late_desk(Opening())
    desk.stop()


def test_every_command_waits_for_the_desk_and_a_change_of_settings_does_not() -> None:
    opening = Opening()
    desk, changed = late_desk(opening)
    desk.start()
    desk.caught_up()
    desk.screen_alive()
    desk.disarm("one")
    desk.cancel_then_disarm("one")
    desk.confirm_presence()
    desk.refresh("two")
    new = NewSettings((), lambda _: "no entry")
    refused = desk.reconfigure(new).result(WAIT_S)
    assert "still being opened" in refused
    assert desk.last_words == ""
    assert [len(account.runs) for account in desk.view.accounts] == [1, 0]
    changed.clear()
    opening.go.set()
    assert changed.wait(WAIT_S)
    assert opening.desk.asked[1:] == [
        ("disarm", "one"),
        ("cancel_then_disarm", "one"),
        ("confirm_presence",),
        ("refresh", "two"),
    ]
    desk.screen_alive()
    desk.caught_up()
    desk.reconfigure(new)
    assert opening.desk.asked[-3:] == [("screen_alive",), ("caught_up",), ("reconfigure", new)]
    desk.stop()


def test_where_the_record_lies_is_said_at_the_end() -> None:
    opening = Opening()
    opening.desk.audit = SimpleNamespace(last_words="the record is in 2026-11-21.jsonl")
    desk, changed = late_desk(opening)
    desk.start()
    changed.clear()
    opening.go.set()
    assert changed.wait(WAIT_S)
    desk.stop()
    assert desk.last_words == "the record is in 2026-11-21.jsonl"


def test_a_desk_that_ends_on_a_fault_leaves_its_cancels_unresolved_and_denies_every_press() -> None:
    opening = Opening()
    desk, changed = late_desk(opening)
    desk.start()
    opening.go.set()
    assert changed.wait(WAIT_S)
    run = RunView("spreads", EVERYTHING, 1, "sent")
    (account,) = opening.desk.view.accounts
    opening.desk.view = DeskView((replace(account, runs=(run,)),))
    changed.clear()
    opening.desk.on_end("the service stopped")
    assert changed.is_set()
    (account,) = desk.view.accounts
    assert (account.health, account.reason, account.runs) == (
        Health.DOWN, "the service stopped", (),
    )  # fmt: skip
    (report,) = account.reports
    assert (report.action, report.outcome) == ("spreads", Outcome.UNRESOLVED)
    desk.cancel("one", "spreads")
    (account,) = desk.view.accounts
    assert [report.outcome for report in account.reports] == [Outcome.DENIED]
    assert ("cancel", "one", "spreads", EVERYTHING) not in opening.desk.asked
    desk.stop()
    assert opening.closed
    assert desk.lost == "the service stopped"
