"""Names, certificates, clocks and venues that fail: named scenarios beyond the wire itself."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.faults.certificates import Certificate, certificate
from tests.faults.proxy import Proxy
from tests.faults.scenario import (
    BITGET,
    CONFIRMED_NONE,
    EVER,
    HTX,
    HTX2,
    OKX,
    UNRESOLVED_ALL,
    Deed,
    Scenario,
    of_all,
    play,
    pressed,
    starts_over,
    well_again,
)
from tests.faults.stage import Stage
from tui.core.clocks import Instant, read_clock
from tui.core.desk import Health

SetStage = Callable[..., Stage]

READY, DEGRADED, DOWN = Health.READY, Health.DEGRADED, Health.DOWN
MINUTES_S = 600.0
EVERYONE = (HTX, HTX2, OKX, BITGET)


def others(subject: str) -> tuple[str, ...]:
    return tuple(name for name in EVERYONE if name != subject)


# --- certificates -----------------------------------------------------------------------------

GOOD = certificate()
BAD = [
    ("of another host", certificate("another.invalid"), "not valid for '127.0.0.1'"),
    ("that has expired", certificate(expired=True), "certificate has expired"),
    ("that signed itself", certificate(signed_by_itself=True), "self-signed certificate"),
]


def shows(bad: Certificate) -> Deed:
    """Every connection is lost, and meets another certificate when it comes again."""

    def begin(stage: Stage) -> None:
        for proxy in stage.proxies:
            proxy.show(bad.server)
            proxy.reset()

    return begin


CERTIFICATES = [
    Scenario(
        f"a certificate {what}",
        HTX2,
        shows(bad),
        DOWN,
        reason,
        of_all(HTX2, UNRESOLVED_ALL),
        once_told=True,
        end=shows(GOOD),
    )
    for what, bad, reason in BAD
]


@pytest.mark.parametrize("scenario", CERTIFICATES, ids=str)
async def test_what_cannot_be_trusted_is_told_and_nothing_is_sent_to_it(
    set_stage: SetStage, trust: Callable[[str], None], scenario: Scenario
) -> None:
    trust(GOOD.authority)
    through = lambda url: Proxy(url, tls=GOOD.server)  # noqa: E731
    await play(set_stage(scenario.subject, through=through), scenario)


# --- names ------------------------------------------------------------------------------------


async def test_a_name_that_is_lost_for_a_while(
    set_stage: SetStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve = socket.getaddrinfo

    def lost(host: Any, *more: Any, **named: Any) -> Any:
        if host == "localhost":
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return resolve(host, *more, **named)

    def begin(stage: Stage) -> None:
        monkeypatch.setattr(socket, "getaddrinfo", lost)
        for proxy in stage.proxies:
            proxy.reset()

    def end(_: Stage) -> None:
        monkeypatch.setattr(socket, "getaddrinfo", resolve)

    await play(
        set_stage(HTX, host="localhost"),
        Scenario(
            "the name is lost",
            HTX,
            begin,
            DOWN,
            "its name cannot be resolved (Temporary failure in name resolution)",
            of_all(HTX, UNRESOLVED_ALL),
            once_told=True,
            end=end,
        ),
    )


async def test_a_name_that_does_not_exist_until_the_settings_are_mended(
    set_stage: SetStage,
) -> None:
    began_s = time.monotonic()
    stage = set_stage(BITGET, host="killdesk.invalid")
    await stage.ready_beside()
    await stage.told(DOWN, "killdesk.invalid", 0)
    await stage.told(DOWN, "its name cannot be resolved", 0)
    await pressed(stage, of_all(BITGET, UNRESOLVED_ALL))
    assert stage.account().health is DOWN

    stage.begin_anew(rest_url=stage.rest.url)
    await stage.ready()
    await pressed(stage, of_all(BITGET, CONFIRMED_NONE))
    await well_again(stage, began_s)


# --- clocks -----------------------------------------------------------------------------------


class OurClock:
    """The real time, on a wall clock that somebody has set wrong."""

    def __init__(self, ahead_s: float = 0.0) -> None:
        self.ahead_s = ahead_s

    def __call__(self) -> Instant:
        now = read_clock()
        return Instant(now.mono_s, now.boot_s, now.wall_s + self.ahead_s)


@pytest.mark.parametrize("ahead_s", [MINUTES_S, -MINUTES_S], ids=["ahead", "behind"])
@pytest.mark.parametrize("later", [False, True], ids=["from the start", "set while running"])
async def test_a_clock_of_ours_that_is_minutes_wrong_harms_nobody(
    set_stage: SetStage, ahead_s: float, later: bool
) -> None:
    clock = OurClock(0.0 if later else ahead_s)
    stage = set_stage(OKX, clock=clock, beside=others(OKX))
    await play(
        stage,
        Scenario(
            "our clock is minutes off",
            OKX,
            lambda _: setattr(clock, "ahead_s", ahead_s),
            READY,
            "",
            of_all(OKX, CONFIRMED_NONE),
            steady=True,
        ),
    )
    for name in EVERYONE:
        offset_ms = stage.account(name).clock_offset_ms
        assert offset_ms == pytest.approx(-ahead_s * 1000, abs=5000)


async def test_a_clock_that_is_wrong_and_a_venue_that_does_not_tell_its_time(
    set_stage: SetStage, venue: Any
) -> None:
    """What is signed then has our own time, which the venue refuses; until it tells its time."""
    venue.faults(BITGET, "http_500", EVER, path="/api/v2/public/time")
    began_s = time.monotonic()
    stage = set_stage(BITGET, clock=OurClock(MINUTES_S))
    await stage.ready_beside()
    await stage.told(DOWN, "40008 Request timestamp expired", 0)
    for truth in (UNRESOLVED_ALL, CONFIRMED_NONE):
        await pressed(stage, of_all(BITGET, truth))
        venue.reset()
        await well_again(stage, began_s)


# --- a venue that is not well -----------------------------------------------------------------


def venue_fault(kind: str, op: str = "", first: str = "", **more: object) -> Deed:
    """Every reply of the subject's venue goes wrong; `first` something happens at once."""

    def begin(stage: Stage) -> None:
        place = {"op": op} if op else {}
        stage.venue.faults(stage.subject, kind, EVER, **place, **more)
        if first:
            stage.venue.faults(stage.subject, first)

    return begin


UNREAD = "the open orders cannot be read: "
VENUES = (
    [
        Scenario(
            f"{what}, for reads and cancels",
            subject,
            venue_fault(kind),
            DEGRADED,
            UNREAD,
            of_all(subject, UNRESOLVED_ALL),
            end=starts_over,
        )
        for subject in (HTX, BITGET)
        for what, kind in [("maintenance", "maintenance"), ("a gateway's error page", "html_502")]
    ]
    + [
        Scenario(
            what,
            HTX,
            venue_fault(kind, "auth", "disconnect"),
            DEGRADED,
            reason,
            of_all(HTX, CONFIRMED_NONE),
            once_told=True,
            end=starts_over,
        )
        for what, kind, reason in [
            ("the login is not answered", "ignore", "ws down: no answer to the login within 1 s"),
            ("the connection breaks at the login", "drop", "ws down: the connection broke"),
            ("the login is refused, over and over", "auth_refused", "ws down: login refused: "),
        ]
    ]
    + [
        Scenario(
            "pings are not answered",
            OKX,
            venue_fault("ignore", "ping"),
            DEGRADED,
            "ws down: no answer to a ping within 0.7 s",
            of_all(OKX, CONFIRMED_NONE),
            once_told=True,
            end=starts_over,
        )
    ]
)


@pytest.mark.parametrize("scenario", VENUES, ids=str)
async def test_a_venue_that_is_not_well(set_stage: SetStage, scenario: Scenario) -> None:
    await play(set_stage(scenario.subject), scenario)


# --- one venue is stuck while the others are pressed -------------------------------------------


def all_dark(stage: Stage) -> None:
    for proxy in stage.proxies:
        proxy.blackhole()


@pytest.mark.parametrize("subject", [HTX, OKX, BITGET])
async def test_one_venue_is_stuck_in_a_panic(set_stage: SetStage, subject: str) -> None:
    await play(
        set_stage(subject, beside=others(subject)),
        Scenario(
            "stuck",
            subject,
            all_dark,
            DOWN,
            "no answer within 1 s" if subject == BITGET else "no answer to a ping within 0.7 s",
            of_all(subject, UNRESOLVED_ALL),
        ),
    )
