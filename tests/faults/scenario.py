"""A named scenario: what goes wrong, and everything that is true then and afterwards."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from tests.faults.stage import CONNECTS_A_SECOND, SCOPES, Stage
from tests.service.conftest import flush_frames
from tui.core.actions import Outcome, Report
from tui.core.desk import Health

HTX, HTX2, OKX, BITGET = "htx-legacy", "htx-unified", "okx-desk", "bitget-uta"

EVER = 1_000_000
"""So often a venue repeats a fault that only its reset ends."""

Deed: TypeAlias = Callable[[Stage], None]
Truth: TypeAlias = tuple[Outcome, str]
"""How a run ends, and how much of its scope the venue then has: `none`, `part`, `all`."""

CONFIRMED_NONE: Truth = (Outcome.CONFIRMED, "none")
UNRESOLVED_NONE: Truth = (Outcome.UNRESOLVED, "none")
UNRESOLVED_ALL: Truth = (Outcome.UNRESOLVED, "all")


def well(stage: Stage) -> None:
    """Ends every fault of the network."""
    for proxy in stage.proxies:
        proxy.clear()


def starts_over(stage: Stage) -> None:
    """The venue is well again, and has new orders."""
    stage.venue.reset()
    well(stage)


@dataclass(frozen=True)
class Scenario:
    """A fault, and the truth about a press that meets it."""

    name: str
    subject: str
    begin: Deed
    health: Health
    reason: str
    """What the panel says of the fault."""
    truth: Mapping[str, Truth]
    """By action."""
    once_told: bool = False
    """Pressed once the panel has told of the fault, not just as it begins."""
    end: Deed = well
    steady: bool = False
    """The panel says READY all the while."""

    def __str__(self) -> str:
        return f"{self.subject}: {self.name}"


def of_all(subject: str, truth: Truth) -> dict[str, Truth]:
    """The same of every action of the account."""
    return dict.fromkeys(SCOPES[subject], truth)


Meanwhile: TypeAlias = Callable[[str], Awaitable[None]]
"""Called with `told` when the panel has told of the fault, and with `well` when it is READY again,
with the runs ended each time."""


async def _nothing(_: str) -> None:
    pass


async def play(stage: Stage, scenario: Scenario, meanwhile: Meanwhile = _nothing) -> None:
    """Plays a scenario to its end, and holds what the desk says against what the venue has."""
    await stage.ready()
    began_s = time.monotonic()
    scenario.begin(stage)
    since = stage.mark()
    if scenario.once_told:
        await stage.told(scenario.health, scenario.reason, since)
    await pressed(stage, scenario.truth)
    await stage.told(scenario.health, scenario.reason, since)
    if scenario.steady:
        assert {health for health, _ in stage.past[since:]} == {Health.READY}
    await meanwhile("told")

    scenario.end(stage)
    await well_again(stage, began_s)
    await meanwhile("well")


async def pressed(stage: Stage, truth: Mapping[str, Truth], *, counted: bool = False) -> None:
    """Presses everything. What the desk then says of the subject is true and is as expected, and
    the press of each witness is confirmed."""
    stage.press(counted=counted)
    ended = await stage.ended()
    told = {action: (report.outcome, stage.share(action)) for action, report in ended.items()}
    assert told == dict(truth), ended
    for action, report in ended.items():
        agrees(report, stage.left(stage.subject, action))


async def well_again(stage: Stage, began_s: float) -> None:
    """The end of every scenario: the panel says READY and nothing stays unresolved, no witness was
    ever anything but READY, and since it began the venue has been connected to within its limit."""
    await stage.ready()
    await settled(stage)
    assert not stage.trouble
    await assert_not_stormed(stage, began_s)


async def settled(stage: Stage) -> None:
    """Later reads leave nothing unresolved, and what is open then can be cancelled."""

    def known() -> bool:
        return all(one.outcome is not Outcome.UNRESOLVED for one in stage.account().reports)

    await stage.until(known, "what was unresolved is settled")
    for action in SCOPES[stage.subject]:
        if left := stage.left(stage.subject, action):
            report = stage.report(action)
            if report.outcome is Outcome.CONFIRMED:
                # They were placed since, as when the simulator started over.
                await stage.until(partial(newly_told, stage, action, left), f"{left} new {action}")
                continue
            assert (report.outcome, report.open_after) == (Outcome.REMAINING, left)
            await stage.press_again(action)
            await stage.until(known, "the next press is settled")
            assert stage.report(action).outcome is Outcome.CONFIRMED
        assert stage.left(stage.subject, action) == 0


def newly_told(stage: Stage, action: str, count: int) -> bool:
    return stage.report(action).new_since == count


def agrees(report: Report, left: int) -> None:
    """The figures of a report fit its outcome, and what the venue has."""
    assert (report.confirmed_ms is not None) == (report.outcome is Outcome.CONFIRMED)
    match report.outcome:
        case Outcome.UNRESOLVED:
            assert report.open_after is None
            assert "the book cannot be read" in report.message
        case Outcome.CONFIRMED | Outcome.REMAINING:
            assert report.open_after == len(report.remaining) == left
        case _:
            assert report.open_after in (None, left)
            assert report.code


async def assert_not_stormed(stage: Stage, since_s: float) -> None:
    """Sockets keep within the strictest limit of a venue; over REST there is
    no connection that no request was to use."""
    for proxy in stage.sockets:
        assert proxy.most_within(1.0, since_s) <= CONNECTS_A_SECOND
    opened = tuple(stage.rest.connections)

    def used() -> bool:
        return all(one.up_bytes or one.closed_s is not None for one in opened)

    await stage.until(used, "a request on each connection that was just opened")
    flush_frames(stage.desk)
    assert len(opened) <= stage.requests()
