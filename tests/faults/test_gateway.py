"""A gateway between the desk and a venue: limits, pages of its own, odd heads and packed bodies."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from itertools import pairwise

import pytest

from tests.faults.gateway import Edit, answer, answers_itself, edits, with_length
from tests.faults.stage import SCOPES, Stage
from tui.core.actions import Outcome
from tui.core.desk import Health
from tui.core.frames import Frame

SetStage = Callable[..., Stage]

ACCOUNTS = tuple(SCOPES)
WAIT_S = 2


def words_of(stage: Stage) -> str:
    """All that a trader can read of the account on trial."""
    account = stage.account()
    told = [account.reason, account.book_error, *(route.detail for route in account.routes)]
    told += [report.message for report in account.reports]
    return " | ".join(told)


async def pressed(stage: Stage) -> set[Outcome]:
    """Cancels everything of the account on trial; its outcomes."""
    stage.count()
    before = {report.started_ms for report in stage.account().reports}
    stage.desk.cancel(stage.subject)

    def ended() -> bool:
        account = stage.account()
        new = [report for report in account.reports if report.started_ms not in before]
        return {report.action for report in new} == SCOPES[stage.subject].keys()

    await stage.until(lambda: ended() and not stage.account().runs, "every outcome")
    return {report.outcome for report in stage.account().reports}


@pytest.mark.parametrize("subject", ACCOUNTS)
async def test_a_gateway_that_asks_to_wait_is_asked_no_sooner(
    set_stage: SetStage, subject: str
) -> None:
    stage = set_stage(subject)
    await stage.ready()
    asked = answers_itself(stage.rest, answer("429 Too Many Requests", f"Retry-After: {WAIT_S}"))
    await stage.until(lambda: f"asks to wait {WAIT_S} s" in words_of(stage))
    await stage.until(lambda: len(asked.gaps_s(least=3)) >= 2)
    assert min(asked.gaps_s(least=3)) > WAIT_S * 0.95
    assert not [what for _, what in asked if b"time" in what.split(b"?")[0].lower()]
    assert stage.account().health is not Health.READY
    stage.rest.clear()
    await stage.ready()


@pytest.mark.parametrize("subject", ACCOUNTS)
@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("403 Forbidden", "a gateway refuses access"),
        ("429 Too Many Requests", "too many requests|a gateway limits the requests"),
        ("502 Bad Gateway", "a gateway could not reach the venue"),
        ("503 Service Unavailable", "the venue is not available"),
        ("200 OK", "a web page instead of an answer"),
    ],
)
async def test_a_gateways_page_is_told_in_a_sentence_and_proves_nothing(
    set_stage: SetStage, subject: str, status: str, words: str
) -> None:
    stage = set_stage(subject)
    await stage.ready()
    answers_itself(stage.rest, answer(status))
    await stage.until(lambda: any(one in words_of(stage) for one in words.split("|")))
    for socket in stage.sockets:
        socket.refuse()
        socket.reset()
    await stage.until(lambda: not any(r.up for r in stage.account().routes if r.transport == "ws"))
    outcomes = await pressed(stage)
    assert outcomes <= {Outcome.UNRESOLVED}
    assert "Expecting value" not in words_of(stage)
    assert all(stage.left(subject, action) for action in SCOPES[subject])


@pytest.mark.parametrize("subject", ["okx-desk", "htx-unified"])
async def test_a_socket_connects_again_no_sooner_than_a_gateway_asks(
    set_stage: SetStage, subject: str
) -> None:
    stage = set_stage(subject)
    await stage.ready()
    asked = answers_itself(stage.ws, answer("429 Too Many Requests", f"Retry-After: {WAIT_S}"))
    stage.ws.reset()
    await stage.until(lambda: f"HTTP 429 the gateway asks to wait {WAIT_S} s" in words_of(stage))
    await stage.until(lambda: len(asked) >= 3)
    times = [at_s for at_s, _ in asked]
    assert min(later - earlier for earlier, later in pairwise(times)) > WAIT_S * 0.95
    stage.ws.clear()
    await stage.ready()


def lines(*odd: bytes) -> Edit:
    return lambda head, body: (b"\r\n".join((head, *odd)), body)


def renamed(head: bytes, body: bytes) -> tuple[bytes, bytes]:
    return head.lower().replace(b"http/", b"HTTP/").replace(b": ", b" : "), body


def packed(pack: Callable[[bytes], bytes], said: bytes) -> Edit:
    def edit(head: bytes, body: bytes) -> tuple[bytes, bytes]:
        named = b"\r\nContent-Encoding: " + said if said else b""
        return with_length(head + named, pack(body))

    return edit


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


ODD: dict[str, Edit] = {
    "a space before each colon": renamed,
    "a line without a colon": lines(b"Via"),
    "a name with a space": lines(b"X Filtered By: proxy"),
    "a name in another script": lines("X-Büro: 1".encode()),
    "a value with control characters": lines(b"X-Filter: a\x01b\x00c"),
    "a folded value": lines(b"X-Filter: a\r\n  and b"),
    "a fold of a line without a name": lines(b": a\r\n  and b"),
    "two hundred lines": lines(*(b"X-%d: %d" % (n, n) for n in range(200))),
    "its length told twice": lambda head, body: with_length(head + b"\r\ncontent-length: 0", body),
    "gzip": packed(gzip.compress, b"gzip"),
    "x-gzip in two parts": packed(
        lambda body: gzip.compress(body[:9]) + gzip.compress(body[9:]), b"x-gzip"
    ),
    "gzip that is not said": packed(gzip.compress, b""),
    "deflate": packed(zlib.compress, b"deflate"),
    "deflate as the raw stream": packed(raw_deflate, b"Deflate"),
    "packed twice": packed(lambda body: gzip.compress(gzip.compress(body)), b"gzip, gzip"),
}


@pytest.mark.parametrize("odd", ODD)
async def test_an_odd_answer_is_read_where_its_bounds_are_certain(
    set_stage: SetStage, odd: str
) -> None:
    stage = set_stage("bitget-uta")
    edits(stage.rest, ODD[odd])
    stage.rest.reset()
    await stage.ready()
    outcomes = await pressed(stage)
    assert outcomes == {Outcome.CONFIRMED}
    assert stage.share("orders") == "none"


BROKEN: dict[str, tuple[Edit, str]] = {
    "two lengths": (lines(b"Content-Length: 3"), "it contradicts itself about its length"),
    "a transfer encoding": (
        lines(b"Transfer-Encoding: gzip"),
        "its transfer encoding is not known",
    ),
    "another packing": (packed(bytes, b"br"), "it is packed in a way that nobody asked for"),
    "damaged gzip": (packed(lambda body: b"\x1f\x8b" + body, b"gzip"), "it is packed, and damaged"),
    "half a gzip": (
        packed(lambda b: gzip.compress(b)[:-9], b"gzip"),
        "it is packed, and not whole",
    ),
    "a bomb": (
        packed(lambda _: gzip.compress(bytes(9_000_000)), b"gzip"),
        "it unpacks to more than",
    ),
    "no HTTP": (lambda _, body: (b"SSH-2.0-OpenSSH_9.6", body), "it is not HTTP"),
}


@pytest.mark.parametrize("broken", BROKEN)
async def test_what_cannot_be_read_for_certain_is_unresolved_and_says_why(
    set_stage: SetStage, broken: str
) -> None:
    edit, words = BROKEN[broken]
    stage = set_stage("bitget-uta")
    await stage.ready()
    edits(stage.rest, edit)
    await stage.until(lambda: f"unreadable answer: {words}" in words_of(stage))
    outcomes = await pressed(stage)
    assert outcomes == {Outcome.UNRESOLVED}
    stage.rest.clear()
    await stage.until(
        lambda: stage.report("orders").outcome in (Outcome.CONFIRMED, Outcome.REMAINING)
    )


async def test_the_log_has_a_packed_answer_as_it_reads_with_the_size_it_came_in(
    set_stage: SetStage,
) -> None:
    stage = set_stage("bitget-uta")
    await stage.ready()
    page = gzip.compress(b'{"code":"40014","msg":"' + b"no " * 500 + b'"}')
    answers_itself(stage.rest, answer("403 Forbidden", "Content-Encoding: gzip", body=page))

    def found() -> list[Frame]:
        return [one for one in tuple(stage.frames) if one.text.startswith('403  {"code":"40014"')]

    await stage.until(lambda: bool(found()))
    assert (found()[0].size, found()[0].unpacked) == (len(page), 1525)


async def test_a_page_that_is_packed_is_told_as_a_page(set_stage: SetStage) -> None:
    stage = set_stage("okx-desk")
    await stage.ready()
    page = gzip.compress(b"<html>blocked</html>")
    answers_itself(stage.rest, answer("403 Forbidden", "Content-Encoding: gzip", body=page))
    await stage.until(lambda: "a gateway refuses access" in words_of(stage))
