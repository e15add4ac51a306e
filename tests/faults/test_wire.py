"""Every fault of the wire on every route of every venue. The tables are the document."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any

import pytest

from tests.faults.link import DOWN, UP
from tests.faults.proxy import Proxy
from tests.faults.scenario import (
    BITGET,
    CONFIRMED_NONE,
    HTX,
    HTX2,
    OKX,
    UNRESOLVED_ALL,
    UNRESOLVED_NONE,
    Deed,
    Scenario,
    Truth,
    of_all,
    play,
)
from tests.faults.stage import Stage
from tui.core.desk import Health

READY, DEGRADED = Health.READY, Health.DEGRADED
LONG_MS = 3000
"""Past every deadline."""

Fault = Callable[[Proxy], None]


def fault(name: str, *given: Any, then: str = "", **more: Any) -> Fault:
    """A fault of a proxy; some concern new connections only, so what is open is ended `then`."""

    def begin(proxy: Proxy) -> None:
        getattr(proxy, name)(*given, **more)
        if then:
            getattr(proxy, then)()

    return begin


def on_socket(begin: Fault) -> Deed:
    return lambda stage: begin(stage.ws)


def on_rest(begin: Fault) -> Deed:
    return lambda stage: begin(stage.rest)


def on_both(begin: Fault) -> Deed:
    def both(stage: Stage) -> None:
        for proxy in stage.proxies:
            begin(proxy)

    return both


# --- the socket fails, REST is well: a press goes over REST, and is confirmed -----------------

NO_PONG = "ws down: no answer to a ping within 0.7 s"
BROKEN = "ws down: the connection broke"
NO_HANDSHAKE = "did not receive a valid HTTP response"

SOCKET: list[tuple[str, Fault, str, bool]] = [
    # what, the fault, what the panel says, whether the press waits for that
    ("a black hole, pressed into", fault("blackhole"), NO_PONG, False),
    ("a black hole, noticed by an idle desk", fault("blackhole"), NO_PONG, True),
    ("a black hole for what is asked", fault("blackhole", UP), NO_PONG, False),
    ("a black hole for answers", fault("blackhole", DOWN), NO_PONG, False),
    ("the venue reads nothing", fault("stop_reading"), NO_PONG, False),
    ("what is asked is lost", fault("blackhole", UP, lose=True), NO_PONG, False),
    ("answers three seconds late", fault("delay", LONG_MS, way=DOWN), NO_PONG, False),
    ("a drip of one byte at a time", fault("drip", 1, 300, DOWN), NO_PONG, False),
    ("a reset", fault("reset"), BROKEN, False),
    ("half a close by the venue", fault("half_close", DOWN), BROKEN, False),
    ("half a close of our side", fault("half_close", UP), BROKEN, False),
    ("cut in the middle of an answer", fault("cut", 20), BROKEN, False),
    ("cut in the handshake, again and again", fault("cut", 20, then="reset"), NO_HANDSHAKE, True),
    ("cut at the login, again and again", fault("cut", 190, then="reset"), "ws down: ", True),
    ("connecting is refused", fault("refuse", then="reset"), "Connection refused", True),
    ("connecting is not answered", fault("unanswered", then="reset"), "no answer in time", True),
    ("accepted and closed", fault("accept_then_close", then="reset"), NO_HANDSHAKE, True),
    ("partition while reconnecting", fault("blackhole", then="reset"), "no answer in time", True),
]
ON_BOTH_SOCKETS = {
    "a black hole, pressed into",
    "a black hole for answers",
    "a reset",
    "cut at the login, again and again",
    "connecting is refused",
}
"""Played at OKX as well, which takes two seconds longer for its quotes."""

SOCKETS = [
    Scenario(
        f"socket: {what}",
        subject,
        on_socket(begin),
        DEGRADED,
        reason,
        of_all(subject, CONFIRMED_NONE),
        once_told,
    )
    for subject in (HTX, OKX)
    for what, begin, reason, once_told in SOCKET
    if subject == HTX or what in ON_BOTH_SOCKETS
]


# --- REST fails, a socket is well: cancels leave, and no book says what became of them ---------

LATE = "no answer within 1 s"
RESET = "connection lost: "

REST: list[tuple[str, Fault, str, Truth]] = [
    # what, the fault, what the panel says, the truth about a cancel that goes over REST
    ("a black hole", fault("blackhole"), LATE, UNRESOLVED_ALL),
    ("a black hole for answers", fault("blackhole", DOWN), LATE, UNRESOLVED_NONE),
    ("what is asked is lost", fault("blackhole", UP, lose=True), LATE, UNRESOLVED_ALL),
    ("answers three seconds late", fault("delay", LONG_MS, way=DOWN), LATE, UNRESOLVED_NONE),
    ("a drip of one byte at a time", fault("drip", 1, 300, DOWN), LATE, UNRESOLVED_NONE),
    ("cut in the middle of an answer", fault("cut", 20), RESET, UNRESOLVED_NONE),
    ("connecting is refused", fault("refuse", then="reset"), "Connection refused", UNRESOLVED_ALL),
    (
        "connecting is not answered",
        fault("unanswered", then="reset"),
        "no connection within 1 s",
        UNRESOLVED_ALL,
    ),
    ("accepted and closed", fault("accept_then_close", then="reset"), RESET, UNRESOLVED_ALL),
]
ON_EVERY_REST = {"a black hole"}


def rest_truth(subject: str, truth: Truth) -> dict[str, Truth]:
    """What a socket carries has left all the same."""
    over_socket = {HTX2: {"unified"}, OKX: {"spreads"}, BITGET: set()}[subject]
    return {
        action: UNRESOLVED_NONE if action in over_socket else given
        for action, given in of_all(subject, truth).items()
    }


RESTS = [
    Scenario(
        f"REST: {what}",
        subject,
        on_rest(begin),
        Health.DOWN if subject == BITGET else DEGRADED,
        reason,
        rest_truth(subject, truth),
    )
    for subject in (HTX2, OKX, BITGET)
    for what, begin, reason, truth in REST
    if what in ON_EVERY_REST or subject == (HTX2 if what == "what is asked is lost" else BITGET)
]


# --- everything fails, or nothing that matters -------------------------------------------------

WHOLE = [
    Scenario(
        f"every route: {what}",
        subject,
        on_both(begin),
        Health.DOWN,
        reason,
        of_all(subject, UNRESOLVED_ALL),
        once_told=True,
    )
    for subject, what, begin, reason in [
        (HTX, "a black hole, then pressed", fault("blackhole"), NO_PONG.removeprefix("ws down: ")),
        (HTX, "connecting is refused", fault("refuse", then="reset"), "Connection refused"),
    ]
]
DELAY, DRIP = fault("delay", 40, 20), fault("drip", 1000, 2, DOWN)
HARMLESS = [
    Scenario(
        what,
        subject,
        begin,
        READY,
        "",
        of_all(subject, CONFIRMED_NONE),
        steady=True,
    )
    for what, begin, subjects in [
        ("every route: 40 ms of delay, give or take 20", on_both(DELAY), (HTX, OKX, BITGET)),
        ("every route: a drip within every deadline", on_both(DRIP), (HTX, BITGET)),
        ("socket: every answer comes twice", on_socket(fault("repeat")), (HTX, OKX)),
    ]
    for subject in subjects
] + [
    Scenario(
        f"REST: {what}, just before a press",
        subject,
        on_rest(begin),
        READY,
        "",
        of_all(subject, CONFIRMED_NONE),
    )  # a read that is just under way may tell of it for a moment
    for subject, what, begin in [
        (HTX2, "a reset", fault("reset")),
        (OKX, "a reset", fault("reset")),
        (BITGET, "a reset", fault("reset")),
        (BITGET, "half a close by the venue", fault("half_close", DOWN)),
        (BITGET, "half a close of our side", fault("half_close", UP)),
    ]
]

SCENARIOS = [*chain(SOCKETS, RESTS, WHOLE, HARMLESS)]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
async def test_what_is_told_is_true(set_stage: Callable[..., Stage], scenario: Scenario) -> None:
    # Only a fault of REST is over with a read of the book.
    poll_s = 5.0 if scenario in SOCKETS else None
    await play(set_stage(scenario.subject, poll_s=poll_s), scenario)
