"""A cancel run on a clock that only the test moves: how long it waits, how often it asks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace

import pytest

from tui.core.actions import EVERYTHING, Ack, Action, OrderFailure, Outcome, Report, Scope, Verdict
from tui.core.clocks import Instant
from tui.core.frames import Transport
from tui.core.orders import Book, OpenOrder
from tui.service.cancel import run as cancel_run
from tui.service.cancel.run import READ_S, CancelRun, RunLimits
from tui.venues.base.errors import VenueError
from tui.venues.common.progress import Progress

Run = Callable[..., Awaitable[Report]]
KINDS = ("spread",)
SPREADS = Action("spreads", "spreads", KINDS, ("ws", "rest"), leaves="")
QUOTES = Action("quotes", "quotes", KINDS, ("rest",), leaves="")
LIMITS = RunLimits(ack_s=1.5, window_s=5.0)
ACCEPTED = Ack(Verdict.ACCEPTED)
UNKNOWN = Ack(Verdict.UNKNOWN, "", "no answer within 1.5 s")
UNREADABLE = VenueError(Verdict.UNKNOWN, "50026", "System error", retry_after_s=0.5)


def busy(retry_after_s: float) -> Ack:
    return Ack(Verdict.BUSY, "50011", "Too Many Requests", retry_after_s=retry_after_s)


class Venue:
    """Answers each send and each read with the next of its list, the last one for ever; `takes_s`
    says how long a send and a read take."""

    def __init__(
        self,
        answers: list[Ack],
        readings: list[int | VenueError],
        *,
        spacing_s: float = 0.25,
        takes_s: tuple[float, float] = (0.0, 0.0),
        down: tuple[Transport, ...] = (),
    ) -> None:
        self.now_s = 100.0
        self.sends_s: list[float] = []
        self.reads_s: list[float] = []
        self.allowed_s: list[float] = []
        """What each read was given."""
        self._answers, self._readings = answers, readings
        self._spacing_s, self._takes_s, self._down = spacing_s, takes_s, down

    def clock(self) -> Instant:
        return Instant(self.now_s, self.now_s, 1_000 + self.now_s)

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds

    def timeout(self, seconds: float) -> asyncio.Timeout:
        self.allowed_s.append(seconds)
        return asyncio.timeout(None)

    async def send_cancel(
        self,
        action: Action,
        scope: Scope,
        route: Transport,
        deadline_s: float,
        progress: Progress,
    ) -> Ack:
        assert action in (SPREADS, QUOTES)
        assert deadline_s == LIMITS.ack_s
        self.sends_s.append(self.now_s - 100)
        self.now_s += self._takes_s[0]
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]

    async def read_kinds(self, kinds: tuple[str, ...]) -> Book:
        assert kinds == KINDS
        self.reads_s.append(self.now_s - 100)
        self.now_s += self._takes_s[1]
        found = self._readings.pop(0) if len(self._readings) > 1 else self._readings[0]
        if isinstance(found, VenueError):
            raise found
        return Book(kinds, tuple(OpenOrder("spread", str(n), "") for n in range(found)), 1)

    def read_is_limited(self, kinds: tuple[str, ...]) -> bool:
        return False

    def route_up(self, route: Transport) -> bool:
        return route not in self._down

    def spacing_s(self, kinds: tuple[str, ...]) -> float:
        assert kinds == KINDS
        return self._spacing_s


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    async def go(venue: Venue, action: Action = SPREADS) -> Report:
        hands = SimpleNamespace(
            sleep=venue.sleep,
            timeout=venue.timeout,
            ensure_future=asyncio.ensure_future,
            shield=asyncio.shield,
        )
        monkeypatch.setattr(cancel_run, "asyncio", hands)
        begun = Report("okx-desk", "okx", action.id, Outcome.UNRESOLVED, EVERYTHING)
        one = CancelRun(
            begun, action, venue, venue.clock, LIMITS, lambda _: None, before=None, pressed_ms=0
        )
        return await one.go()

    return go


async def test_the_book_is_read_until_the_window_ends_and_not_once_more(run: Run) -> None:
    venue = Venue([ACCEPTED], [2])
    report = await run(venue)
    assert report.outcome is Outcome.REMAINING
    assert venue.reads_s == [pytest.approx(0.25 * n) for n in range(20)]
    venue = Venue([ACCEPTED], [2], spacing_s=2.499)
    await run(venue)
    assert venue.reads_s == [pytest.approx(2.499 * n) for n in range(3)]


async def test_a_read_may_last_for_the_rest_of_the_window_and_a_little_more(run: Run) -> None:
    venue = Venue([ACCEPTED], [2], spacing_s=2.0, takes_s=(0.5, 0.0))
    await run(venue)
    assert venue.reads_s == [0.5, 2.5, 4.5]
    assert venue.allowed_s == [pytest.approx(left_s + READ_S) for left_s in (5.0, 3.0, 1.0)]


async def test_the_last_read_of_a_busy_venue_has_its_own_time(run: Run) -> None:
    late = VenueError(Verdict.BUSY, "50011", "Too Many Requests", retry_after_s=6.0)
    venue = Venue([ACCEPTED], [late, 0])
    report = await run(venue)
    assert (report.outcome, venue.reads_s) == (Outcome.CONFIRMED, [0.0, 6.0])
    assert venue.allowed_s == [5.0 + READ_S, READ_S]


async def test_the_read_after_a_refusal_has_a_whole_window(run: Run) -> None:
    venue = Venue([Ack(Verdict.REFUSED, "50120", "no")], [2], takes_s=(1.0, 0.0))
    await run(venue)
    assert venue.allowed_s == [pytest.approx(LIMITS.window_s + READ_S)]


@pytest.mark.parametrize(("retry_s", "sends"), [(2.5, 3), (2.5025, 2), (2.499, 3), (5.001, 1)])
async def test_a_busy_venue_is_waited_for_no_longer_than_the_window(
    run: Run, retry_s: float, sends: int
) -> None:
    venue = Venue([busy(retry_s)], [1])
    report = await run(venue)
    assert venue.sends_s == [pytest.approx(retry_s * n) for n in range(sends)]
    assert (report.outcome, report.ack_ms) == (Outcome.REMAINING, None)


async def test_a_cancel_that_goes_out_again_has_its_patience_anew(run: Run) -> None:
    venue = Venue([UNKNOWN, UNKNOWN, busy(2.5), ACCEPTED], [3, 0], takes_s=(1.5, 0.5))
    report = await run(venue)
    assert report.outcome is Outcome.CONFIRMED
    assert venue.sends_s == [0.0, 1.5, 3.5, 7.5]


async def test_sends_that_are_never_answered_end_and_the_book_has_the_last_word(run: Run) -> None:
    venue = Venue([UNKNOWN], [3])
    report = await run(venue)
    assert (len(venue.sends_s), report.attempts) == (5, 5)
    assert (report.outcome, report.open_after) == (Outcome.REMAINING, 3)
    assert venue.reads_s[-1] == pytest.approx(4.75), "and is read for a whole window"


async def test_with_one_route_alone_a_connection_that_is_down_is_waited_for(run: Run) -> None:
    not_sent = Ack(Verdict.BUSY, "", "not connected", retry_after_s=0.5)
    venue = Venue([not_sent, ACCEPTED], [0], down=("rest",))
    assert (await run(venue, QUOTES)).outcome is Outcome.CONFIRMED
    assert venue.sends_s == [0.0, 0.5]


async def test_the_report_has_the_times_and_the_failures_of_the_run(run: Run) -> None:
    lost = OrderFailure("7", "51402", "completed", filled=True)
    venue = Venue([Ack(Verdict.ACCEPTED, failures=(lost,))], [2, 0], takes_s=(0.5, 1.0))
    report = await run(venue)
    assert (report.ack_ms, report.confirmed_ms) == (pytest.approx(500), pytest.approx(2750))
    assert report.ended_ms == round((1_000 + 102.75) * 1000)
    assert report.failures == (lost,)
    assert [(step.name, round(step.after_ms)) for step in report.steps] == [
        ("sent by ws", 0),
        ("accepted", 500),
        ("2 open", 1500),
        ("0 open", 2750),
    ]


@pytest.mark.parametrize(
    ("ack", "code", "message"),
    [
        (ACCEPTED, "50026", "the book cannot be read: System error"),
        (UNKNOWN, "50026", "no answer within 1.5 s; the book cannot be read: System error"),
        (
            Ack(Verdict.UNKNOWN, "50004", "Endpoint request timeout"),
            "50004",
            "Endpoint request timeout; the book cannot be read: System error",
        ),
    ],
)
async def test_what_is_unresolved_says_what_the_venue_said_and_why_the_book_is_not_known(
    run: Run, ack: Ack, code: str, message: str
) -> None:
    report = await run(Venue([ack], [UNREADABLE]))
    assert report.outcome is Outcome.UNRESOLVED
    assert (report.code, report.message) == (code, message)
    assert report.steps[-1].name == "the book could not be read"
