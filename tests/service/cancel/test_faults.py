"""Every fault that the simulator can inject, and the outcome that is true, on every main action.

The table is the document. All five actions meet each fault at once, each account on its own, by the
dashboard's door: the keys of its panels. What the panels then say, and what the desk reports, is
held against what the venue still has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tui.core.actions import Outcome, Report
from tui.service.cancel.run import RunLimits
from tui.ui.app.app import KilldeskApp
from tui.ui.panel.outcome import OutcomeLines
from tui.ui.panel.panel import AccountPanel

pytestmark = pytest.mark.usefixtures("calm_hand")

OpenDesk = Callable[..., Any]

LIMITS = RunLimits(ack_s=0.3, window_s=2.6)
LATE_MS = 600
"""Past the deadline of an acknowledgement."""
EVER = 1_000_000


@dataclass(frozen=True)
class Main:
    """A venue's main action: how it is sent, and how its book is read."""

    account: str
    action: str
    kinds: tuple[str, ...]
    path: str
    read: str
    op: str = ""
    instead: str = ""
    """Where the same orders are cancelled by their ids if that is refused."""

    def __str__(self) -> str:
        return f"{self.account} {self.action}"


MAIN = (
    Main(
        "htx-legacy",
        "isolated",
        ("isolated",),
        "/linear-swap-api/v1/swap_cancelall",
        "/linear-swap-api/v1/swap_openorders",
        op="cancelall",
    ),
    Main(
        "htx-unified",
        "unified",
        ("unified",),
        "/v5/trade/cancel_all_orders",
        "/v5/trade/order/opens",
        op="cancel_all_orders",
    ),
    Main(
        "okx-desk",
        "spreads",
        ("spread",),
        "/api/v5/sprd/mass-cancel",
        "/api/v5/sprd/orders-pending",
        op="sprd-mass-cancel",
    ),
    Main(
        "okx-desk",
        "quotes",
        ("quote",),
        "/api/v5/rfq/cancel-all-quotes",
        "/api/v5/rfq/quotes",
    ),
    Main(
        "bitget-uta",
        "orders",
        ("SPOT", "MARGIN", "USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES"),
        "/api/v3/trade/cancel-symbol-order",
        "/api/v3/trade/unfilled-orders",
        instead="/api/v3/trade/cancel-batch",
    ),
)
ACCOUNTS = tuple(dict.fromkeys(main.account for main in MAIN))
KEYS = ("1", "c", "c", "2", "c", "c", "3", "s", "s", "u", "u", "4", "c", "c")
"""Each main action, panel by panel, with two presses."""
GLYPHS = {
    Outcome.CONFIRMED: "✓",
    Outcome.REMAINING: "▲",
    Outcome.REJECTED: "✕",
    Outcome.UNRESOLVED: "?",
}


# --- the table --------------------------------------------------------------------------------

NONE, PART, ALL = "none left", "part left", "all left"


@dataclass(frozen=True)
class Truth:
    """How the run of an action must end, and what the venue must then still have of its scope."""

    outcome: Outcome
    left: str
    codes: tuple[str, ...] = ()
    """The venue's codes of single orders."""


CONFIRMED = Truth(Outcome.CONFIRMED, NONE)
REMAINING = Truth(Outcome.REMAINING, ALL)
REJECTED = Truth(Outcome.REJECTED, ALL)


@dataclass(frozen=True)
class Row:
    """One fault of the replies to a cancel, and the truth about the press."""

    what: str
    kind: str
    truth: Truth
    every_time: bool = True
    """Every reply, by whatever route; otherwise the first one of the preferred route."""
    more: dict[str, object] = field(default_factory=dict)
    but: dict[str, Truth] = field(default_factory=dict)
    """Where the truth is another, by action."""
    reads: str = ""
    """A fault of every read of the book, once the cancel is on its way."""


ONCE = {"every_time": False}
LATE = {"delay_ms": LATE_MS}
DONE = {"executed": True}

TABLE = [
    # One bad reply: the other route, or the same once more, and then the book.
    Row("the reply is lost", "ignore", CONFIRMED, more=DONE, **ONCE),
    Row("the request is lost", "ignore", CONFIRMED, **ONCE),
    Row("the reply is late", "delay", CONFIRMED, more=LATE, **ONCE),
    Row("the socket closes after the send", "drop", CONFIRMED, **ONCE),
    Row("the socket is closed already", "disconnect", CONFIRMED, **ONCE),
    Row("garbage", "garbage", CONFIRMED, **ONCE),
    Row("internal error", "http_500", CONFIRMED, **ONCE),
    Row("a gateway's page", "html_502", CONFIRMED, **ONCE),
    Row("over the rate limit", "rate_limit", CONFIRMED, **ONCE),
    Row("under maintenance", "maintenance", CONFIRMED, **ONCE),
    Row("a code without a meaning", "bad_code", CONFIRMED, **ONCE),
    # No good reply at all, and the cancel was carried out: the book says so.
    Row("every reply is lost", "ignore", CONFIRMED, more=DONE),
    Row("every reply is late", "delay", CONFIRMED, more=LATE),
    Row("every socket closes after the send", "drop", CONFIRMED),
    Row("garbage every time", "garbage", CONFIRMED),
    # No good reply at all, and nothing was carried out.
    Row("every request is lost", "ignore", REMAINING),
    Row("internal error every time", "http_500", REMAINING),
    Row("a gateway's page every time", "html_502", REMAINING),
    Row("over the rate limit every time", "rate_limit", REMAINING),
    # Accepted, and not done.
    Row("accepted, and every order kept", "accept_only", REMAINING),
    Row(
        "accepted, and every other order kept",
        "partial",
        # OKX tells of no single order; Bitget calls them gone (24056) and HTX on their way out
        # (1062), and the book knows better.
        Truth(Outcome.REMAINING, PART),
    ),
    # Refused for good.
    Row("the signature is refused", "auth_refused", REJECTED),
    Row("refused in hostile words", "hostile_text", REJECTED),
    # No reply, and no book either.
    Row(
        "done, every reply lost, and the book cannot be read",
        "ignore",
        Truth(Outcome.UNRESOLVED, NONE),
        more=DONE,
        reads="http_500",
    ),
    Row(
        "every request lost, and the book cannot be read",
        "ignore",
        Truth(Outcome.UNRESOLVED, ALL),
        reads="garbage",
    ),
    Row(
        "accepted, and the book cannot be read",
        "delay",
        Truth(Outcome.UNRESOLVED, NONE),
        more={"delay_ms": 10},
        reads="html_502",
    ),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.what)
async def test_the_outcome_is_true(simulator: Any, open_desk: OpenDesk, row: Row) -> None:
    desk = open_desk(*ACCOUNTS, limits=LIMITS)
    await desk.ready(*ACCOUNTS)
    before = {str(main): open_of(simulator, main) for main in MAIN}
    for main in MAIN:
        put_fault(simulator, main, row)
    app = KilldeskApp(desk.desk, demo=False)
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.press(*KEYS)
        ended = {str(main): await report_of(desk, main) for main in MAIN}
        for main in MAIN:
            await desk.until(lambda main=main: is_told(app, main, report_of_now(desk, main)))
    left = {str(main): open_of(simulator, main) for main in MAIN}
    assert {name: told(ended[name], left[name], before[name]) for name in ended} == {
        str(main): row.but.get(str(main), row.truth) for main in MAIN
    }
    for name, report in ended.items():
        agrees_with_itself(report, left[name])


def is_told(app: KilldeskApp, main: Main, report: Report | None) -> bool:
    """Whether the account's panel says how the action ended, and what is open."""
    panel = next(p for p in app.query(AccountPanel) if p.account.name == main.account)
    shown = panel.query_one(OutcomeLines).render().plain
    assert report is not None
    label = main.action if main.account == "okx-desk" or main.action == "isolated" else ""
    words = f"{GLYPHS[report.outcome]} {report.outcome} {label}".rstrip()
    left = "" if report.open_after is None else f"{report.open_after} of {report.open_before}"
    told = [" ".join(line.lower().split()) for line in shown.splitlines()]
    return any(words in line and left in line for line in told)


def put_fault(simulator: Any, main: Main, row: Row) -> None:
    over_socket, over_rest = {"op": main.op}, {"path": main.path}
    if row.every_time:
        places = [over_socket, over_rest] if main.op else [over_rest]
        if main.instead:
            places.append({"path": main.instead})
        for place in places:
            simulator.faults(main.account, row.kind, EVER, **place, **row.more)
    else:
        place = over_socket if main.op else over_rest
        simulator.faults(main.account, row.kind, **place, **row.more)
    if row.reads:
        simulator.faults(main.account, row.reads, EVER, path=main.read)


def open_of(simulator: Any, main: Main) -> int:
    by_kind = simulator.account(main.account)["by_kind"]
    return sum(by_kind[kind] for kind in main.kinds)


async def report_of(desk: Any, main: Main) -> Report:
    """The report as the run ended it, or as a later read has amended it since."""

    await desk.until(lambda: report_of_now(desk, main) is not None)
    report = report_of_now(desk, main)
    assert report is not None
    return report


def report_of_now(desk: Any, main: Main) -> Report | None:
    reports = desk.account(main.account).reports
    return next((report for report in reports if report.action == main.action), None)


def told(report: Report, left: int, before: int) -> Truth:
    share = NONE if left == 0 else ALL if left == before else PART
    return Truth(report.outcome, share, tuple(sorted({f.code for f in report.failures})))


def agrees_with_itself(report: Report, left: int) -> None:
    """Every figure of a report fits its outcome, and what the venue has."""
    assert (report.confirmed_ms is not None) == (report.outcome is Outcome.CONFIRMED)
    if report.outcome is Outcome.UNRESOLVED:
        assert report.open_after is None
        assert "the book cannot be read" in report.message
    elif report.outcome is Outcome.REJECTED:
        # A refusal is told at once: one read, and no second one where the venue was busy.
        assert report.open_after in (left, None)
        assert report.code
        assert report.message.isprintable()
    else:
        assert report.open_after == len(report.remaining) == left
    assert {f.order_id for f in report.failures} <= {o.order_id for o in report.remaining}
    assert report.attempts <= 5


# --- what comes after the end -----------------------------------------------------------------


@pytest.mark.parametrize("main", [MAIN[2], MAIN[4]], ids=str)
async def test_an_unresolved_run_is_settled_as_soon_as_the_book_can_be_read(
    simulator: Any, open_desk: OpenDesk, main: Main
) -> None:
    desk = open_desk(main.account, limits=RunLimits(ack_s=0.2, window_s=0.5), poll_s=0.3)
    await desk.ready(main.account)
    row = Row("", "ignore", CONFIRMED, more=DONE)
    put_fault(simulator, main, row)
    simulator.faults(main.account, "http_500", 6 * len(main.kinds), path=main.read)
    desk.desk.cancel(main.account, main.action)
    assert (await report_of(desk, main)).outcome is Outcome.UNRESOLVED

    def outcome() -> Outcome:
        return next(r.outcome for r in desk.account(main.account).reports)

    await desk.until(lambda: outcome() is Outcome.CONFIRMED)
    assert open_of(simulator, main) == 0


def sends(desk: Any, main: Main) -> int:
    """How many requests of this action have left, by either route."""
    return sum(
        frame.direction == "out" and (main.path in frame.text or f'"{main.op}"' in frame.text)
        for frame in desk.log()
    )


QUOTING = [
    (MAIN[0], "isolated"),
    (MAIN[1], "unified"),
    (MAIN[2], "spread"),
    (MAIN[3], "quote"),
    (MAIN[4], "MARGIN"),
]
"""Actions, and the kind of order that an algorithm goes on placing."""


@pytest.mark.parametrize(("main", "kind"), QUOTING, ids=str)
async def test_orders_placed_during_the_run_are_told_and_nothing_is_sent_again(
    simulator: Any, open_desk: OpenDesk, main: Main, kind: str
) -> None:
    desk = open_desk(main.account, limits=LIMITS, poll_s=1.2)
    await desk.ready(main.account)
    # The reply takes a while, so that the algorithm has quoted again before the first read.
    place = {"op": main.op} if main.op else {"path": main.path}
    simulator.faults(main.account, "delay", 20, delay_ms=200, **place)
    before = sends(desk, main)
    desk.desk.cancel(main.account, main.action)
    await desk.until(lambda: sends(desk, main) > before)
    simulator.orders(main.account, kind, every_ms=40, for_ms=5000)

    report = await report_of(desk, main)
    first = sends(desk, main)
    assert (report.outcome, report.attempts) == (Outcome.REMAINING, 1)
    assert 0 < report.new_during == report.open_after == len(report.remaining)
    assert {order.kind for order in report.remaining} == {kind}
    await desk.until(lambda: desk.account(main.account).reports[0].new_since > 0)
    assert sends(desk, main) == first


@pytest.mark.parametrize(("main", "kind"), QUOTING[1:4:2], ids=str)
async def test_orders_placed_after_the_end_are_told_and_nothing_is_sent_again(
    simulator: Any, open_desk: OpenDesk, main: Main, kind: str
) -> None:
    desk = open_desk(main.account, limits=LIMITS, poll_s=1.2)
    await desk.ready(main.account)
    desk.desk.cancel(main.account, main.action)
    assert (await report_of(desk, main)).outcome is Outcome.CONFIRMED
    await desk.until(lambda: sends(desk, main) > 0)
    first = sends(desk, main)
    simulator.orders(main.account, kind, 2, every_ms=40, for_ms=200)
    await desk.until(lambda: open_of(simulator, main) == 12)
    await desk.until(lambda: desk.account(main.account).reports[0].new_since == 12)
    report = desk.account(main.account).reports[0]
    assert (report.outcome, report.open_after) == (Outcome.CONFIRMED, 0)
    assert sends(desk, main) == first

    desk.desk.cancel(main.account, main.action)
    await desk.until(lambda: open_of(simulator, main) == 0)
    await desk.until(lambda: sends(desk, main) > first)
