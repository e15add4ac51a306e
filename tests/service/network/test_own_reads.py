"""killdesk's own reads keep to the venues' limits, and a read refused for them proves nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.service.conftest import DeskOnTest
from tui.core.actions import Outcome, Report
from tui.core.clocks import read_clock
from tui.core.desk import Health
from tui.core.frames import Frame
from tui.service.cancel import run as cancel_run
from tui.service.cancel.run import RunLimits
from tui.service.network import read_pace

OpenDesk = Callable[..., DeskOnTest]

PATIENCE_S = 240.0
"""Six programs share two reads in two seconds, and try again at random moments."""
NAMES = ("htx-legacy", "htx-unified", "okx-desk", "bitget-uta")
ACTIONS = 6
QUOTES_PATH = "/api/v5/rfq/quotes"
FAMILY_PATH = "/v5/account/asset_mode"
EVER = 1_000_000
TOO_OFTEN = ('"50011"', '"1032"', '"429"', ":1032,", "Too Many Requests", "exceeded the limit")


def refusals(desk: DeskOnTest) -> list[str]:
    """What the venues refused because they were asked too often, cancels apart."""
    asked = {one.seq: one.text for one in desk.log() if one.direction == "out"}
    return [
        f"{one.account} {asked.get(one.request or 0)}: {one.text}"
        for one in desk.log()
        if one.direction == "in"
        and any(mark in one.text for mark in TOO_OFTEN)
        and "cancel" not in asked.get(one.request or 0, "")
    ]


async def quiet(desk: DeskOnTest, name: str) -> None:
    """Returns when the account is ready and its first poll is over."""
    await desk.ready(name)

    def whole() -> bool:
        account = desk.account(name)
        return {kind.id for kind in account.kinds} <= set(
            account.book.kinds if account.book else ()
        )

    await desk.until(whole)


def listed(frame: Frame) -> bool:
    return frame.direction == "out" and frame.text.startswith(f"GET {QUOTES_PATH}?state=active")


def reports_since(desk: DeskOnTest, at_ms: int) -> list[Report]:
    return [
        report
        for account in desk.desk.view.accounts
        for report in (*account.earlier, *account.reports)
        if report.started_ms >= at_ms
    ]


async def test_nothing_of_ours_is_refused_at_rest_in_a_cancel_and_in_two_panics(
    simulator: Any, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The demo accounts; the second panic comes while the first one's reads still count."""
    waited_s: list[float] = []
    wait_s = read_pace._Bucket.wait_s

    def watched(self: Any, now_s: float, *, urgent: bool, ahead: int = 0) -> float:
        found = wait_s(self, now_s, urgent=urgent, ahead=ahead)
        if urgent and self.limit.name == QUOTES_PATH:
            waited_s.append(found)
        return found

    desk = open_desk(*NAMES, poll_s=0.5)
    await desk.ready(*NAMES)
    polls = [one for one in desk.log() if listed(one)]
    await desk.until(lambda: len([one for one in desk.log() if listed(one)]) > len(polls) + 1)
    assert refusals(desk) == [], "at rest"

    monkeypatch.setattr(read_pace._Bucket, "wait_s", watched)
    for number in (1, 2):
        simulator.orders("okx-desk", "quote", 5)
        pressed_ms = read_clock().wall_ms
        desk.desk.panic()
        await desk.until(lambda at=pressed_ms: len(reports_since(desk, at)) == ACTIONS)
        ended = reports_since(desk, pressed_ms)
        assert {report.outcome for report in ended} == {Outcome.CONFIRMED}
        quotes = next(report for report in ended if report.action == "quotes")
        # Under load the first read may be sent before the venue has carried out a cancel.
        assert quotes.steps[-1].name == "0 open"
        if number == 1:
            assert waited_s[0] == 0, "polls leave room: it is read at once"
    assert refusals(desk) == []
    assert simulator.open("okx-desk", "quote") == 0


async def test_readers_of_one_list_at_one_time_share_requests(
    simulator: Any, open_desk: OpenDesk
) -> None:
    desk = open_desk("okx-desk", poll_s=3600)
    await quiet(desk, "okx-desk")
    path = "/api/v5/sprd/orders-pending"

    def lists() -> int:
        return sum(one.direction == "out" and path in one.text for one in desk.log())

    before = lists()
    simulator.faults("okx-desk", "delay", EVER, path=path, delay_ms=1500)
    for _ in range(5):
        desk.desk.cancel("okx-desk", "spreads")
    await desk.until(lambda: len(desk.account("okx-desk").earlier) == 4)
    ended = (*desk.account("okx-desk").earlier, *desk.account("okx-desk").reports)
    assert [one.outcome for one in ended] == [Outcome.CONFIRMED] * 5
    # One for whose cancel was answered first, one for all others, and the poll that follows.
    assert lists() <= before + 4


async def test_a_refused_read_is_no_evidence_and_is_asked_again(
    simulator: Any, open_desk: OpenDesk
) -> None:
    """Another program uses up the venue's limit for longer than the window lasts."""
    desk = open_desk("okx-desk", limits=RunLimits(window_s=0.2), poll_s=3600)
    await quiet(desk, "okx-desk")
    simulator.faults("okx-desk", "rate_limit", 3, path=QUOTES_PATH)
    desk.desk.cancel("okx-desk", "quotes")
    await desk.until(lambda: any("too often" in run.step for run in desk.account("okx-desk").runs))
    account = await desk.reported("okx-desk")
    report = account.reports[0]
    assert report.outcome is Outcome.CONFIRMED
    assert [step.name for step in report.steps].count("the book could not be read") == 3


async def test_a_limit_that_never_has_room_ends_unresolved(
    simulator: Any, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cancel_run, "LIMITED_S", 2.0)
    desk = open_desk("okx-desk", limits=RunLimits(window_s=0.2), poll_s=3600)
    await quiet(desk, "okx-desk")
    simulator.faults("okx-desk", "rate_limit", EVER, path=QUOTES_PATH)
    desk.desk.cancel("okx-desk", "quotes")
    account = await desk.reported("okx-desk")
    assert account.reports[0].outcome is Outcome.UNRESOLVED
    assert "the book cannot be read" in account.reports[0].message
    assert account.health is Health.READY or account.health is Health.DEGRADED


async def test_only_what_was_refused_of_a_list_in_parts_is_asked_again(
    simulator: Any, open_desk: OpenDesk
) -> None:
    desk = open_desk("bitget-uta", poll_s=3600)
    await quiet(desk, "bitget-uta")
    path = "/api/v3/trade/unfilled-orders"

    def lists() -> int:
        return sum(one.direction == "out" and path in one.text for one in desk.log())

    before = lists()
    simulator.faults("bitget-uta", "rate_limit", 2, path=path)
    desk.desk.cancel("bitget-uta")
    account = await desk.reported("bitget-uta")
    assert account.reports[0].outcome is Outcome.CONFIRMED
    assert lists() == before + 7, "five categories, two of them twice; no poll follows at once"


async def test_a_family_question_that_is_starved_makes_no_refusal_final(
    simulator: Any, open_desk: OpenDesk
) -> None:
    """A unified account of which the family is not known yet, as another program reads so much."""
    simulator.faults("htx-unified", "rate_limit", 4, path=FAMILY_PATH)
    desk = open_desk("htx-unified", poll_s=3600)
    await desk.until(lambda: bool(refusals(desk)))
    desk.desk.cancel("htx-unified")
    await desk.until(lambda: bool(desk.account("htx-unified").runs))
    await desk.until(lambda: not desk.account("htx-unified").runs, timeout_s=60)
    account = desk.account("htx-unified")
    ended = {report.action: report.outcome for report in (*account.earlier, *account.reports)}
    assert ended == {"unified": Outcome.CONFIRMED}
    assert simulator.open("htx-unified", "unified") == 0


async def test_six_programs_on_one_account_all_confirm(simulator: Any, open_desk: OpenDesk) -> None:
    """Each has the venue's limit to itself as far as it knows."""
    desks = [open_desk("okx-desk") for _ in range(6)]
    for desk in desks:
        await desk.until(lambda on=desk: on.account("okx-desk").health is Health.READY, PATIENCE_S)
    pressed_ms = read_clock().wall_ms
    for desk in desks:
        desk.desk.panic()
    for desk in desks:
        await desk.until(lambda on=desk: len(reports_since(on, pressed_ms)) == 2, PATIENCE_S)
    ended = [report for desk in desks for report in reports_since(desk, pressed_ms)]
    assert [report.outcome for report in ended] == [Outcome.CONFIRMED] * 12
