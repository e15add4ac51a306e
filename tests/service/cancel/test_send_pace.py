"""When a cancel may be sent again: the account's own count of the venue's limits."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from tui.core.actions import Ack, Verdict
from tui.core.clocks import Instant
from tui.service.cancel.send_pace import SendPace
from tui.service.cancel.sender import Sender
from tui.venues.base.messages import Call, Exchange, NoReply, RateLimit, Reply, RestCall, RestReply
from tui.venues.common.acks import requests_ack
from tui.venues.common.progress import Part, Progress, send

LIMIT = RateLimit("cancels", 5, 1.0)
RUN, OTHER = object(), object()
TAKEN, LIMITED = RestReply(200, b"taken"), RestReply(429, b"limited")


def test_a_first_request_is_never_held_for_what_other_runs_sent() -> None:
    pace = SendPace()
    for _ in range(20):
        pace.answered(pace.sent(LIMIT, OTHER, 10.0), 10.1)
    assert pace.may_go(LIMIT, RUN, 10.2, paced=False)
    assert not pace.may_go(LIMIT, RUN, 10.2, paced=True)


def test_what_one_run_sends_over_the_limit_is_held() -> None:
    pace = SendPace()
    for _ in range(5):
        assert pace.may_go(LIMIT, RUN, 10.0, paced=False)
        pace.sent(LIMIT, RUN, 10.0)
    assert not pace.may_go(LIMIT, RUN, 10.0, paced=False)


def test_a_repeat_goes_when_the_venue_has_forgotten_the_first() -> None:
    pace = SendPace()
    uses = [pace.sent(LIMIT, RUN, 10.0) for _ in range(5)]
    for number, use in enumerate(uses):
        pace.answered(use, 10.1 + number / 100)
    assert abs(pace.wait_s(LIMIT, 10.5) - 0.6) < 1e-9
    assert not pace.may_go(LIMIT, RUN, 11.09, paced=True)
    assert pace.may_go(LIMIT, RUN, 11.11, paced=True)
    assert pace.wait_s(LIMIT, 11.11) == 0


def test_what_was_refused_or_never_left_does_not_count() -> None:
    pace = SendPace()
    for _ in range(5):
        pace.refused(pace.sent(LIMIT, RUN, 10.0))
    assert pace.may_go(LIMIT, RUN, 10.0, paced=True)


@given(st.lists(st.floats(0, 3), min_size=1, max_size=40), st.floats(0, 0.4))
def test_repeats_that_keep_to_it_are_never_over_the_limit(asked: list[float], way_s: float) -> None:
    """A venue that counts what arrives within any second, some way off."""
    pace, arrivals, now_s = SendPace(), list[float](), 100.0
    for gap_s in asked:
        now_s += gap_s
        while not pace.may_go(LIMIT, RUN, now_s, paced=True):
            now_s += pace.wait_s(LIMIT, now_s) + 1e-9
        pace.answered(pace.sent(LIMIT, RUN, now_s), now_s + way_s)
        arrivals.append(now_s + way_s)
    for first, last in zip(arrivals, arrivals[5:], strict=False):
        assert last - first >= 1.0 - 1e-9


# --- the sender -----------------------------------------------------------------------------------


class Venue:
    """Counts as its page says; the clock of the test moves with `now_s`."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.taken: list[float] = []
        self.bodies: list[str] = []

    def clock(self) -> Instant:
        return Instant(self.now_s, self.now_s, self.now_s)

    async def carry(self, call: Call, deadline_s: float, *, urgent: bool = False) -> Reply:
        assert urgent
        assert isinstance(call, RestCall)
        self.bodies.append(call.body)
        recent = [at_s for at_s in self.taken if at_s > self.now_s - LIMIT.per_s]
        if len(recent) >= LIMIT.calls:
            return LIMITED
        self.taken.append(self.now_s)
        return TAKEN

    # as an adapter
    def limit(self, call: Call) -> RateLimit | None:
        return LIMIT

    def limited(self, reply: Reply) -> bool:
        return reply == LIMITED


def read(reply: Reply) -> Ack:
    if isinstance(reply, NoReply):
        return Ack(Verdict.UNKNOWN if reply.sent else Verdict.BUSY, text=reply.reason)
    return Ack(Verdict.ACCEPTED) if reply == TAKEN else Ack(Verdict.BUSY, "429")


def exchange(count: int, progress: Progress) -> Exchange[Ack]:
    parts = [Part(str(n), RestCall("POST", "/cancel", body=str(n)), read) for n in range(count)]
    answers = yield from send(parts, progress)
    return requests_ack([answer for answer in answers if isinstance(answer, Ack)])


def sender(venue: Venue) -> Callable[[int, Progress], object]:
    made = Sender(venue, venue, venue.clock)  # type: ignore[arg-type]  # stands for both

    async def cancel(count: int, progress: Progress) -> Ack:
        return await made.cancel(exchange(count, progress), 1.0, progress)

    return cancel


async def test_what_exceeds_the_limit_is_sent_once_there_is_room_and_each_once() -> None:
    venue = Venue()
    cancel, progress, waits = sender(venue), Progress(), []
    while True:
        ack: Ack = await cancel(12, progress)  # type: ignore[misc]
        if ack.verdict is not Verdict.BUSY:
            break
        waits.append((ack.done, ack.parts, ack.retry_after_s))
        venue.now_s += ack.retry_after_s
    assert waits == [(5, 12, 1.0), (10, 12, 1.0)]
    assert (ack.verdict, ack.done) == (Verdict.ACCEPTED, 12)
    assert venue.bodies == [str(n) for n in range(12)], "none was refused, none sent twice"


async def test_after_a_doubt_all_of_it_goes_again_at_once() -> None:
    """As after the error page of a gateway: the venue may never have seen the first requests."""
    venue = Venue()
    gateway = RestReply(502, b"")

    async def carry(call: Call, deadline_s: float, *, urgent: bool = False) -> Reply:
        assert isinstance(call, RestCall)
        venue.bodies.append(call.body)
        return gateway

    venue.carry = carry  # type: ignore[method-assign]

    def doubtful(progress: Progress) -> Exchange[Ack]:
        parts = [
            Part(str(n), RestCall("POST", "/cancel", body=str(n)), lambda _: Ack(Verdict.UNKNOWN))
            for n in range(5)
        ]
        answers = yield from send(parts, progress)
        return requests_ack([answer for answer in answers if isinstance(answer, Ack)])

    made = Sender(venue, venue, venue.clock)  # type: ignore[arg-type]  # stands for both
    progress = Progress()
    for count in (5, 10, 15):
        ack = await made.cancel(doubtful(progress), 1.0, progress)
        assert (ack.verdict, len(venue.bodies)) == (Verdict.UNKNOWN, count)


async def test_a_second_run_tries_at_once_and_then_shares_the_room() -> None:
    venue = Venue()
    cancel, one, two = sender(venue), Progress(), Progress()
    await cancel(5, one)  # type: ignore[misc]
    venue.now_s += 0.4
    ack: Ack = await cancel(5, two)  # type: ignore[misc]
    assert len(venue.bodies) == 10, "all of a press leaves, whatever our own count says"
    assert (ack.verdict, ack.done, round(ack.retry_after_s, 6)) == (Verdict.BUSY, 0, 0.6)
    held: Ack = await cancel(5, two)  # type: ignore[misc]
    assert (held.held, held.unsent, len(venue.bodies)) == (True, True, 10)
    venue.now_s += held.retry_after_s
    ack = await cancel(5, two)  # type: ignore[misc]
    assert (ack.verdict, len(venue.bodies)) == (Verdict.ACCEPTED, 15)
