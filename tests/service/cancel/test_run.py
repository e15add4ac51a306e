"""A cancel run against ports that answer as told: every path to every outcome."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from tui.core.actions import EVERYTHING, Ack, Action, Outcome, Report, Scope, Verdict
from tui.core.clocks import read_clock
from tui.core.frames import Transport
from tui.core.orders import Book, OpenOrder
from tui.service.cancel import run as cancel_run
from tui.service.cancel.run import CancelRun, RunLimits, reread
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import NoReply, RestCall
from tui.venues.common.progress import Part, Progress

SPREADS = Action("spreads", "spreads", ("spread",), ("ws", "rest"), leaves="")
LIMITS = RunLimits(ack_s=0.2, window_s=0.3)

Answer = Ack | VenueError
Reading = int | VenueError


def order(number: int) -> OpenOrder:
    return OpenOrder("spread", str(number), "BTC-USDT_BTC-USDT-SWAP", side="buy")


class Ports:
    """Answers each send and each read with the next of its list, the last one for ever."""

    def __init__(
        self, answers: list[Answer], readings: list[Reading], down: tuple[Transport, ...] = ()
    ) -> None:
        self.answers = answers
        self.readings = readings
        self.down = down
        self.sent: list[Transport] = []
        self.scopes: list[Scope] = []
        self.reads = 0

    async def send_cancel(
        self,
        action: Action,
        scope: Scope,
        route: Transport,
        deadline_s: float,
        progress: Progress,
    ) -> Ack:
        self.sent.append(route)
        self.scopes.append(scope)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, VenueError):
            raise answer
        return answer

    async def read_kinds(self, kinds: tuple[str, ...]) -> Book:
        self.reads += 1
        reading = self.readings.pop(0) if len(self.readings) > 1 else self.readings[0]
        if isinstance(reading, VenueError):
            raise reading
        return Book(kinds, tuple(order(n) for n in range(reading)), 1)

    def read_is_limited(self, kinds: tuple[str, ...]) -> bool:
        return False

    def route_up(self, route: Transport) -> bool:
        return route not in self.down

    def spacing_s(self, kinds: tuple[str, ...]) -> float:
        return 0.01


async def run(
    ports: Ports,
    scope: Scope = EVERYTHING,
    before: Book | None = None,
    shown: list[str] | None = None,
    limits: RunLimits = LIMITS,
) -> Report:
    report = Report("okx-desk", "okx", "spreads", Outcome.UNRESOLVED, scope, open_before=3)
    steps: list[str] = [] if shown is None else shown
    return await CancelRun(
        report, SPREADS, ports, read_clock, limits, steps.append, before=before, pressed_ms=1000
    ).go()


ACCEPTED = Ack(Verdict.ACCEPTED)
UNKNOWN = Ack(Verdict.UNKNOWN, "", "no answer within 1.5 s")
BUSY = Ack(Verdict.BUSY, "50011", "Requests too frequent", retry_after_s=0.02)
NOT_SENT = Ack(Verdict.BUSY, "", "not connected", retry_after_s=0.02)
REFUSED = Ack(Verdict.REFUSED, "50120", "no permission")
UNREADABLE = VenueError(Verdict.UNKNOWN, "50026", "system error", retry_after_s=0.02)


async def test_an_acknowledged_cancel_counts_when_the_book_is_empty() -> None:
    ports = Ports([ACCEPTED], [3, 1, 0])
    report = await run(ports)
    assert report.outcome is Outcome.CONFIRMED
    assert (report.open_before, report.open_after) == (3, 0)
    assert ports.sent == ["ws"]
    assert ports.reads == 3
    assert report.ack_ms is not None
    assert report.confirmed_ms is not None
    assert report.ack_ms <= report.confirmed_ms


async def test_nothing_to_cancel_leads_to_the_read_and_not_to_an_error() -> None:
    assert (await run(Ports([Ack(Verdict.NOTHING, "51405")], [0]))).outcome is Outcome.CONFIRMED
    assert (await run(Ports([Ack(Verdict.NOTHING, "1051")], [2]))).outcome is Outcome.REMAINING


async def test_orders_still_open_at_the_end_of_the_window_are_listed() -> None:
    report = await run(Ports([ACCEPTED], [2]))
    assert report.outcome is Outcome.REMAINING
    assert [o.order_id for o in report.remaining] == ["0", "1"]
    assert report.open_after == 2


@pytest.mark.parametrize(("at_last", "outcome"), [(0, Outcome.CONFIRMED), (2, Outcome.REMAINING)])
async def test_a_venue_too_busy_at_the_end_of_the_window_is_asked_once_more(
    at_last: int, outcome: Outcome
) -> None:
    busy = VenueError(Verdict.BUSY, "50011", "Too Many Requests", retry_after_s=0.4)
    ports = Ports([ACCEPTED], [2, busy, at_last])
    report = await run(ports)
    assert (report.outcome, report.open_after, ports.reads) == (outcome, at_last, 3)
    ports = Ports([ACCEPTED], [2, busy])
    assert (await run(ports)).outcome is Outcome.UNRESOLVED
    assert ports.reads == 3


async def test_a_refusal_is_final_and_shown_as_the_venue_said_it() -> None:
    ports = Ports([REFUSED], [3])
    report = await run(ports)
    assert report.outcome is Outcome.REJECTED
    assert (report.code, report.message) == ("50120", "no permission")
    assert ports.sent == ["ws"]
    assert report.open_after == 3


async def test_a_refusal_of_our_own_is_denied_and_nothing_leaves() -> None:
    report = await run(Ports([VenueError(Verdict.REFUSED, "", "one filter at a time")], [3]))
    assert report.outcome is Outcome.DENIED
    assert report.message == "one filter at a time"
    assert report.route is None


async def test_a_doubt_goes_to_the_other_route_at_once() -> None:
    ports = Ports([UNKNOWN, ACCEPTED], [0])
    report = await run(ports)
    assert ports.sent == ["ws", "rest"]
    assert report.outcome is Outcome.CONFIRMED
    assert (report.route, report.attempts) == ("rest", 2)


async def test_two_doubts_and_an_empty_book_are_confirmed_by_the_book() -> None:
    ports = Ports([UNKNOWN], [0])
    report = await run(ports)
    assert ports.sent == ["ws", "rest"]
    assert report.outcome is Outcome.CONFIRMED
    assert report.ack_ms is None


async def test_no_answer_and_no_book_is_unresolved_never_success() -> None:
    report = await run(Ports([UNKNOWN], [UNREADABLE]))
    assert report.outcome is Outcome.UNRESOLVED
    assert report.open_after is None


async def test_an_acknowledgement_without_a_readable_book_is_unresolved() -> None:
    report = await run(Ports([ACCEPTED], [UNREADABLE]))
    assert report.outcome is Outcome.UNRESOLVED
    assert "system error" in report.message


async def test_a_read_that_fails_once_is_tried_again() -> None:
    assert (await run(Ports([ACCEPTED], [UNREADABLE, 0]))).outcome is Outcome.CONFIRMED


async def test_a_stale_good_read_before_a_failing_one_proves_nothing() -> None:
    report = await run(Ports([ACCEPTED], [2, UNREADABLE]))
    assert report.outcome is Outcome.UNRESOLVED


async def test_a_busy_venue_is_asked_again_by_the_same_route_after_its_time() -> None:
    ports = Ports([BUSY, ACCEPTED], [0])
    assert (await run(ports)).outcome is Outcome.CONFIRMED
    assert ports.sent == ["ws", "ws"]


async def test_a_route_that_is_down_is_not_tried_first() -> None:
    ports = Ports([ACCEPTED], [0], down=("ws",))
    await run(ports)
    assert ports.sent == ["rest"]


async def test_a_request_that_never_left_goes_by_the_other_route_at_once() -> None:
    ports = Ports([NOT_SENT, ACCEPTED], [0], down=("ws", "rest"))
    report = await run(ports)
    assert ports.sent == ["ws", "rest"]
    assert report.outcome is Outcome.CONFIRMED


async def test_only_orders_in_the_scope_count() -> None:
    scope = Scope(orders=(order(0),))
    report = await run(Ports([ACCEPTED], [3, 0]), scope)
    assert report.outcome is Outcome.CONFIRMED
    assert (await run(Ports([ACCEPTED], [3]), scope)).open_after == 1


@pytest.mark.parametrize(
    ("open_orders", "outcome"), [(0, Outcome.CONFIRMED), (2, Outcome.REMAINING)]
)
def test_a_later_read_settles_what_was_unresolved(open_orders: int, outcome: Outcome) -> None:
    report = Report("okx-desk", "okx", "spreads", Outcome.UNRESOLVED)
    book = Book(("spread",), tuple(order(n) for n in range(open_orders)), 1)
    assert reread(report, book, SPREADS).outcome is outcome


def test_a_read_of_other_kinds_settles_nothing() -> None:
    report = Report("okx-desk", "okx", "spreads", Outcome.UNRESOLVED)
    assert reread(report, Book(("quote",), (), 1), SPREADS) is report


async def test_sends_of_one_run_are_bounded() -> None:
    ports = Ports([BUSY], [3])
    report = await run(ports)
    assert len(ports.sent) <= 5
    assert report.outcome is Outcome.REMAINING


async def test_orders_placed_during_the_run_are_told_from_those_that_were_there() -> None:
    before = Book(("spread",), (order(0),), 1)
    report = await run(Ports([ACCEPTED], [3]), before=before)
    assert report.outcome is Outcome.REMAINING
    assert (report.open_after, report.new_during) == (3, 2)


def test_orders_that_appear_after_the_end_are_counted_and_nothing_is_sent() -> None:
    ended = Report("okx-desk", "okx", "spreads", Outcome.CONFIRMED, open_after=0)
    book = Book(("spread",), tuple(order(n) for n in range(14)), 1)
    seen = reread(ended, book, SPREADS)
    assert (seen.outcome, seen.open_after, seen.new_since) == (Outcome.CONFIRMED, 0, 14)


async def test_every_step_of_a_run_has_its_time() -> None:
    report = await run(Ports([UNKNOWN, ACCEPTED], [1, 0]))
    assert [step.name for step in report.steps] == [
        "sent by ws",
        "no certain answer",
        "sent by rest",
        "accepted",
        "1 open",
        "0 open",
    ]
    times = [step.after_ms for step in report.steps]
    assert times == sorted(times)


# --- chosen orders, and a venue that is slow ------------------------------------------------------


def chosen(*numbers: int) -> Scope:
    return Scope(orders=tuple(order(number) for number in numbers))


async def test_chosen_orders_of_another_kind_are_denied_and_nothing_leaves() -> None:
    ports = Ports([ACCEPTED], [0])
    foreign = Scope(orders=(order(0), OpenOrder("quote", "1", ""), OpenOrder("quote", "2", "")))
    report = await run(ports, foreign)
    assert report.outcome is Outcome.DENIED
    assert report.message.startswith("2 of the chosen orders")
    assert (ports.sent, ports.reads) == ([], 0)


class InParts(Ports):
    """Takes so many requests of those that are left at each send, and then is busy."""

    def __init__(self, parts: int, takes: list[int], readings: list[Reading]) -> None:
        super().__init__([BUSY], readings)
        self.parts, self.takes = parts, takes

    async def send_cancel(self, *asked: Any) -> Ack:
        await super().send_cancel(*asked)
        progress: Progress = asked[-1]
        calls = [
            Part(str(n), RestCall("POST", "/cancel"), lambda _: BUSY) for n in range(self.parts)
        ]
        due = progress.due(calls)
        takes = self.takes.pop(0) if len(self.takes) > 1 else self.takes[0]
        taken = [replace(part, read=lambda _: ACCEPTED) for part in due[:takes]]
        progress.take([*taken, *due[takes:]], [NoReply("", sent=True)] * len(due))
        ack = BUSY if len(due) > takes else ACCEPTED
        return replace(ack, done=progress.done, parts=progress.parts)


async def test_a_cancel_that_gets_on_is_sent_on_until_it_is_done() -> None:
    ports = InParts(90, [72, 1, 1, 1, 1, 1, 1, 1, 1, 1, 9], [0])
    shown: list[str] = []
    report = await run(ports, limits=RunLimits(window_s=30), shown=shown)
    assert report.outcome is Outcome.CONFIRMED
    assert len(ports.sent) == 11
    assert shown[:2] == ["sending", "72 of 90 sent, sending on"]
    steps = [step.name for step in report.steps]
    assert steps[:2] == ["sent by ws", "72 of 90 sent"]
    assert steps[-3:] == ["sent by ws", "accepted", "0 open"]


async def test_a_cancel_that_gets_on_no_more_is_sent_five_times_more() -> None:
    ports = InParts(10, [4, 3, 0], [3])
    report = await run(ports, limits=RunLimits(window_s=1))
    assert (report.outcome, len(ports.sent)) == (Outcome.REMAINING, 7)


async def test_what_waits_for_another_run_of_the_account_is_waited_for() -> None:
    held = replace(NOT_SENT, held=True, unsent=True, done=0, parts=3)
    ports = Ports([held] * 9 + [ACCEPTED], [0])
    shown: list[str] = []
    report = await run(ports, shown=shown)
    assert (report.outcome, len(ports.sent), report.attempts) == (Outcome.CONFIRMED, 10, 1)
    assert "0 of 3 sent, sending on" in shown
    assert [step.name for step in report.steps] == ["sent by ws", "accepted", "0 open"]


async def test_what_has_an_answer_is_not_sent_again_with_what_has_none() -> None:
    class Doubtful(InParts):
        async def send_cancel(self, *asked: Any) -> Ack:
            return replace(await super().send_cancel(*asked), verdict=Verdict.UNKNOWN)

    ports = Doubtful(5, [4, 0, 1], [3, 0])
    await run(ports)
    assert ports.sent == ["ws", "rest", "ws", "rest"]


async def test_orders_of_a_kind_that_nothing_was_sent_for_are_sent_for() -> None:
    spared = replace(ACCEPTED, spared=("spread",))
    ports = Ports([spared, ACCEPTED], [2, 0])
    report = await run(ports)
    assert (report.outcome, len(ports.sent)) == (Outcome.CONFIRMED, 2)
    ports = Ports([spared], [2])
    report = await run(ports)
    assert report.outcome is Outcome.REMAINING
    assert 1 < len(ports.sent) <= cancel_run.ATTEMPTS, "not for ever"
    ports = Ports([replace(ACCEPTED, spared=("quote",))], [2])
    assert ((await run(ports)).outcome, len(ports.sent)) == (Outcome.REMAINING, 1)


async def test_a_venue_that_asks_for_more_patience_than_a_run_has_is_not_waited_for() -> None:
    ports = Ports([Ack(Verdict.BUSY, "50011", "", retry_after_s=60)], [3])
    report = await run(ports)
    assert ports.sent == ["ws"]
    assert (report.outcome, report.ack_ms) == (Outcome.REMAINING, None)


async def test_a_read_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cancel_run, "READ_S", 0.05)
    ports = Ports([ACCEPTED], [0])
    never = asyncio.Event()

    async def reading(_: tuple[str, ...]) -> Book:
        await never.wait()
        raise AssertionError

    monkeypatch.setattr(ports, "read_kinds", reading)
    report = await run(ports)
    assert report.outcome is Outcome.UNRESOLVED
    assert "the read was not complete within" in report.message
    assert report.code == ""


async def test_a_refusal_stands_though_the_book_cannot_be_read() -> None:
    report = await run(Ports([REFUSED], [UNREADABLE]))
    assert (report.outcome, report.open_after, report.code) == (Outcome.REJECTED, None, "50120")


async def test_a_doubt_and_orders_that_are_still_there_send_the_cancel_again() -> None:
    ports = Ports([UNKNOWN, UNKNOWN, ACCEPTED], [3, 0])
    report = await run(ports)
    assert ports.sent == ["ws", "rest", "ws"]
    assert report.outcome is Outcome.CONFIRMED


# --- what the report says -------------------------------------------------------------------------


async def test_what_is_under_way_is_shown_step_by_step() -> None:
    shown: list[str] = []
    await run(Ports([BUSY, ACCEPTED], [1, 0]), shown=shown)
    assert shown == ["sending", "the venue is busy, asking again", "reading the book"]


async def test_a_refusal_lists_what_is_still_open_and_a_denial_has_no_time() -> None:
    refused = await run(Ports([REFUSED], [2]))
    assert [o.order_id for o in refused.remaining] == ["0", "1"]
    denied = await run(Ports([VenueError(Verdict.REFUSED, "", "one filter at a time")], [3]))
    assert (denied.ack_ms, denied.open_after) == (None, None)


@pytest.mark.parametrize(("created_ms", "new"), [(999, 0), (1000, 1), (None, 1)])
async def test_an_order_is_new_from_the_moment_of_the_press(
    created_ms: int | None, new: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ports = Ports([ACCEPTED], [0])
    placed = replace(order(9), created_ms=created_ms)

    async def reading(kinds: tuple[str, ...]) -> Book:
        return Book(kinds, (placed,), 1)

    monkeypatch.setattr(ports, "read_kinds", reading)
    report = await run(ports, before=Book(("spread",), (order(0),), 1))
    assert (report.outcome, report.new_during) == (Outcome.REMAINING, new)


async def test_without_a_book_before_the_press_no_order_is_called_new() -> None:
    assert (await run(Ports([ACCEPTED], [3]))).new_during == 0


def test_a_settled_report_has_the_figures_and_the_time_of_the_read_that_settled_it() -> None:
    report = Report(
        "okx-desk", "okx", "spreads", Outcome.UNRESOLVED, message="no answer within 1.5 s"
    )
    book = Book(("spread",), (order(0), order(1)), read_at_ms=1234)
    settled = reread(report, book, SPREADS)
    assert (settled.open_after, settled.remaining) == (2, book.orders)
    assert settled.ended_ms == 1234
    assert settled.message == "settled by a later read; no answer within 1.5 s"


@pytest.mark.parametrize("outcome", [Outcome.REJECTED, Outcome.DENIED])
def test_a_later_read_changes_nothing_of_what_the_venue_refused(outcome: Outcome) -> None:
    report = Report("okx-desk", "okx", "spreads", outcome)
    assert reread(report, Book(("spread",), (order(0),), 1), SPREADS) is report


UNSENT = replace(NOT_SENT, unsent=True)


@pytest.mark.parametrize(
    ("first", "words"),
    [
        (BUSY, "the venue is busy"),
        (NOT_SENT, "not all sent yet"),
        (UNSENT, "no connection"),
    ],
)
async def test_only_a_venue_that_said_so_is_called_busy(first: Ack, words: str) -> None:
    class Slow(Ports):
        async def send_cancel(self, *asked: Any) -> Ack:
            await asyncio.sleep(0.03)
            return await super().send_cancel(*asked)

    shown: list[str] = []
    report = await run(Slow([first, ACCEPTED], [0], down=("ws",)), shown=shown)
    assert f"{words}, asking again" in shown
    tried = ("tried", 1) if first is UNSENT else ("sent", 2)
    assert [step.name for step in report.steps[:4]] == [
        f"{tried[0]} by rest", words, "sent by rest", "accepted",
    ]  # fmt: skip
    assert (report.route, report.attempts) == ("rest", tried[1])
    begun, ended = (step.after_ms for step in report.steps[:2])
    assert ended - begun > 25, "a send stands where it began"


async def test_what_never_left_has_no_route_and_no_attempt() -> None:
    report = await run(Ports([UNSENT], [3]))
    assert (report.route, report.attempts) == (None, 0)
    assert report.outcome is Outcome.REMAINING


class Lists(Ports):
    """The venue refuses some of the lists."""

    def __init__(self, refused: tuple[str, ...], listed: int) -> None:
        super().__init__([Ack(Verdict.ACCEPTED, "40014", "no permission (margin)")], [listed])
        self.refused = refused

    async def read_kinds(self, kinds: tuple[str, ...]) -> Book:
        read = tuple(kind for kind in kinds if kind not in self.refused)
        orders = tuple(OpenOrder(read[0], str(n), "A") for n in range(int(self.readings[0])))  # type: ignore[arg-type]  # a number
        return Book(read, orders, 1, refused=tuple((one, "40014 no") for one in self.refused))


@pytest.mark.parametrize(
    ("refused", "listed", "outcome"),
    [
        (("margin",), 0, Outcome.CONFIRMED),
        (("margin",), 1, Outcome.REMAINING),
        (("spot", "margin"), 0, Outcome.UNRESOLVED),
    ],
)
async def test_a_refused_list_takes_no_other_down(
    refused: tuple[str, ...], listed: int, outcome: Outcome
) -> None:
    orders = Action("orders", "orders", ("spot", "margin"), ("rest",), leaves="")
    first = Report("bitget", "bitget", "orders", Outcome.UNRESOLVED)
    ports = Lists(refused, 0 if len(refused) > 1 else listed)
    ended = await CancelRun(
        first, orders, ports, read_clock, LIMITS, str, before=None, pressed_ms=0
    ).go()
    assert ended.outcome is outcome
