"""Whatever rests, is pressed, is refused or goes wrong: every place that tells an account's orders
says the venue's own figures, and none is green while something rests beyond what was pressed."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, note
from hypothesis import strategies as st
from textual.content import Content

from tests.hostile.mutations import fuzzed
from tests.service.conftest import DeskOnTest
from tui.core.audit.chain import read_record
from tui.core.audit.codec import from_plain
from tui.core.coverage import Coverage, not_covered
from tui.service import readiness_check as check
from tui.service.audit.writer import Audit
from tui.service.cancel.run import RunLimits
from tui.service.demo import read_greeting
from tui.service.desk.live import LiveDesk
from tui.ui.dashboard.header import DeskState, readiness
from tui.ui.dialogs.readiness_screen import readiness_lines
from tui.ui.dialogs.report_lines import report_lines
from tui.ui.panel.heading import PanelHeading, title
from tui.ui.panel.order_counts import OrderCounts, counts
from tui.ui.panel.outcome import OutcomeLines, endings
from tui.ui.panic.lines import panic_lines
from tui.ui.panic.model import PanicPress, left_of, rows, tally
from tui.ui.panic.screen import headline
from tui.ui.quit.last_words import open_words

WIDE = 400
"""No words are cut: what is compared are the figures."""
NAMES = ("htx-unified", "okx-desk", "bitget-uta")
BITGET = ("SPOT", "MARGIN", "USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES")
KINDS = {
    "htx-unified": ("unified", "v5-algo"),
    "okx-desk": ("spread", "quote", "rfq", "order", "algo"),
    "bitget-uta": (*BITGET, "strategy"),
}
"""What can be placed, by the simulator's names, which are the product's too."""
REFUSED = {"okx-desk": "spread", "bitget-uta": "MARGIN"}
"""A product that the venue may refuse to the account."""
ACTIONS = {
    "htx-unified": ("unified",),
    "okx-desk": ("spreads", "quotes"),
    "bitget-uta": ("orders",),
}
FAULTS = ("rate_limit", "http_500", "drop", "garbage", "maintenance")


@dataclass(frozen=True)
class Plan:
    """One run of the test."""

    orders: tuple[tuple[str, str, int], ...]
    """Account, kind, how many."""
    refused: tuple[str, ...]
    """Accounts that have one product less."""
    press: tuple[str, str]
    """Account and action; neither for a panic, no action for all of an account."""
    faults: tuple[tuple[str, str], ...]
    """Account and fault of what comes next."""


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    placed = [
        (name, kind, draw(st.integers(0, 4))) for name, kinds in KINDS.items() for kind in kinds
    ]
    refused = tuple(name for name in REFUSED if draw(st.booleans()))
    places = [("", ""), *((name, "") for name in NAMES)]
    places += [(name, action) for name, several in ACTIONS.items() for action in several]
    faults = draw(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(FAULTS)), max_size=2))
    return Plan(
        tuple(one for one in placed if one[2]),
        refused,
        draw(st.sampled_from(places)),
        tuple(faults),
    )


@contextmanager
def opened(simulator: Any, folder: Path) -> Iterator[tuple[DeskOnTest, Audit]]:
    entries = [{"name": name, **entry} for name, entry in simulator.accounts.items()]
    demo = read_greeting(json.dumps({"url": simulator.url, "accounts": entries}))
    accounts = [one for one in demo.accounts if one.name in NAMES]
    audit = Audit(folder, {"what": "test"})
    desk = LiveDesk(
        accounts,
        lambda one: demo.secrets[one.name],
        screen_grace_s=3600,
        limits=RunLimits(ack_s=0.6, window_s=2.5),
        poll_s=0.5,
        audit=audit,
    )
    desk.start()
    try:
        yield DeskOnTest(desk), audit
    finally:
        desk.stop()


def truth(simulator: Any, plan: Plan, name: str) -> dict[str, int | None]:
    """What the venue has, kind by kind; None where it does not say it to this account."""
    found: dict[str, int | None] = dict(simulator.account(name)["by_kind"])
    if name in plan.refused:
        found[REFUSED[name]] = None
    return found


def known(cover: Coverage) -> dict[str, int | None]:
    return {one.kind: one.count for one in (*cover.covered, *cover.remainder)}


def plain(lines: Iterable[Any], width: int = WIDE) -> str:
    return "\n".join(line.paint(width).plain for line in lines)


def drawn(part: Any, value: Any, height: int = 6) -> list[Content]:
    """The rows of a part of the screen."""
    found = part.paint(value, WIDE, height)
    return [found] if isinstance(found, Content) else list(found)


def green(contents: Iterable[Content]) -> bool:
    """Whether any of it has the colour of success."""
    return any(".ink--good" in str(span.style) for one in contents for span in one.spans)


def agrees(text: str, left: dict[str, int | None], labels: dict[str, str], place: str) -> None:
    """Every kind of the remainder stands in the text with its figure, or as one not known."""
    for kind, count in left.items():
        label = re.escape(labels[kind])
        wanted = rf"{label}: " if count is None else rf"(?<!\d){count} {label}"
        assert re.search(wanted, text), f"{place}: {count} {kind} is not in {text!r}"


def compare(desk: DeskOnTest, simulator: Any, plan: Plan, name: str, press: PanicPress) -> None:
    view = desk.desk.view
    account = view.account(name)
    assert account is not None
    cover, has = account.coverage, truth(simulator, plan, name)
    labels = {kind.id: kind.label for kind in account.kinds}
    covered = {kind for action in account.actions for kind in action.kinds}
    open_now = {kind: has[kind] for kind in has if kind in covered and has[kind] is not None}
    left = {kind: has[kind] for kind in has if kind not in open_now and has[kind] != 0}
    total = sum(count or 0 for count in open_now.values())

    assert known(cover) == has
    assert (cover.open, cover.clear) == (total, not left)
    figures = counts(account)
    assert figures.total.count == total
    places = {
        "panel": plain_rows(drawn(OrderCounts(), figures, 1)),
        "last line": open_words(account),
        "readiness": plain(readiness_lines(account, "", 0, WIDE)),
        "sentence": cover.sentence,
    }
    assert f"{total} open" in places["last line"]
    assert f"{total} open" in plain_rows(drawn(OrderCounts(), figures, 1))
    (step,) = [one for one in check._steps(account, "", "") if one.name == "open orders"]
    assert step.detail == f"{total} open"
    for place in ("last line", "readiness", "sentence"):
        agrees(places[place], left, labels, place)
    apart = sum(count or 0 for count in left.values())
    assert (figures.remainder.resting, figures.remainder.unknown) == (
        apart,
        sum(count is None for count in left.values()),
    )
    told = not_covered({name: cover})
    assert told["not_covered"] == ({name: left} if left else {})
    if left:
        agrees(plain(panic_lines(rows(view, press), left_of(view), WIDE)), left, labels, "panic")
        assert name in {one.account for one in left_of(view)}
        outcomes = OutcomeLines().paint(endings(account), WIDE, 6)
        assert not green([outcomes] if isinstance(outcomes, Content) else outcomes)
        assert not green(drawn(PanelHeading(), title(1, account, tiny=False, selected=False)))
        assert not green(drawn(DeskState(), readiness(view), 1))
        assert not green(line.paint(WIDE) for line in readiness_lines(account, "", 0, WIDE)[:1])
    for report in account.reports:
        said = report_lines(account, report, WIDE)
        agrees(plain(said), left, labels, f"report of {report.action}")
        if left:
            assert not green([said[0].paint(WIDE)])


def plain_rows(found: Iterable[Content]) -> str:
    return "\n".join(one.plain for one in found)


async def play(simulator: Any, plan: Plan, folder: Path) -> None:
    with opened(simulator, folder) as (desk, audit):

        def read(name: str) -> bool:
            return known(desk.account(name).coverage) == truth(simulator, plan, name)

        def over(name: str) -> bool:
            account = desk.account(name)
            return bool(account.reports) and not account.runs

        await desk.ready(*NAMES)
        for name in NAMES:
            await desk.until(partial(read, name))
        for name, fault in plan.faults:
            simulator.faults(name, fault)
        name, action = plan.press
        press = PanicPress(0)
        if name:
            desk.desk.cancel(name, action or None)
        else:
            desk.desk.panic()
        pressed = (name,) if name else NAMES
        for one in pressed:
            await desk.until(partial(over, one))
        for one in NAMES:
            desk.desk.refresh(one)
            await desk.until(partial(settled, desk, simulator, plan, one))
            compare(desk, simulator, plan, one, press)
        assert green_total(desk, press) <= all(desk.account(one).coverage.clear for one in NAMES)
    on_record(audit, simulator, plan, pressed)


def green_total(desk: DeskOnTest, press: PanicPress) -> bool:
    view = desk.desk.view
    found = tally(rows(view, press), left_of(view))
    return found.remainder.clear and "not covered" not in headline(found)


def settled(desk: DeskOnTest, simulator: Any, plan: Plan, name: str) -> bool:
    """Whether all has been read since the press."""
    account, has = desk.account(name), truth(simulator, plan, name)
    reports = (one.coverage.remainder for one in account.reports)
    return known(account.coverage) == has and all(
        one.count == has[one.kind] for remainder in reports for one in remainder
    )


def on_record(audit: Audit, simulator: Any, plan: Plan, pressed: Iterable[str]) -> None:
    """The last that the record says of each press is what its account has left."""
    assert audit.path is not None
    newest: dict[str, Coverage] = {}
    for line in audit.path.read_bytes().splitlines():
        found = read_record(line)
        if found.kind in ("outcome", "remainder"):
            newest[found.account] = from_plain(Coverage, found.fields["coverage"])
    for name in pressed:
        has = truth(simulator, plan, name)
        assert {one.kind: one.count for one in newest[name].remainder} == {
            one.kind: has[one.kind] for one in newest[name].remainder
        }


@pytest.mark.timeout(1800)
@fuzzed(6)
@given(plan=plans())
def test_every_place_says_what_the_venue_has(
    start_simulator: Any, tmp_path_factory: pytest.TempPathFactory, plan: Plan
) -> None:
    simulator = start_simulator(orders=0)
    note(str(plan))
    for name, kind, count in plan.orders:
        simulator.orders(name, kind, count)
    for name in plan.refused:
        simulator.refuse(name, REFUSED[name])
    asyncio.run(play(simulator, plan, tmp_path_factory.mktemp("record")))
