"""Many accounts at one venue: it counts connections by address, so they have one limit together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.faults.proxy import Proxy
from tests.faults.scenario import BITGET
from tests.faults.stage import CONNECTS_A_SECOND, SCOPES
from tests.faults.venue import simulator_process
from tui.core.actions import Outcome
from tui.core.desk import Health
from tui.core.frames import Frame
from tui.service.desk.live import LiveDesk

NAMES = tuple(f"okx-{number}" for number in range(1, 7))
PRESSED = {**dict.fromkeys(NAMES, "spreads"), BITGET: "orders"}
"""What is pressed, by account."""
WAIT_S = 90.0


@pytest.fixture(scope="module")
def okx(simulator_class: type[Any]) -> Iterator[Any]:
    """A venue with six accounts."""
    with simulator_process(simulator_class, *(f"{name}=okx" for name in NAMES)) as handle:
        yield handle


class Crowd:
    """All six on one desk behind one pair of proxies; beside them, at another venue, a witness that
    is to be READY all the while."""

    def __init__(self, okx: Any, venue: Any, ws: Proxy, rest: Proxy) -> None:
        self._okx, self._venue, self.ws, self._rest = okx, venue, ws, rest
        witness = next(one for one in venue.known if one.account.name == BITGET)
        path = urlsplit(okx.known[0].account.ws_url).path
        accounts = [
            replace(one.account, ws_url=ws.ws_url + path, rest_url=rest.url) for one in okx.known
        ]
        secrets = {one.account.name: one.secrets for one in (*okx.known, witness)}
        self.desk = LiveDesk(
            [*accounts, witness.account], lambda one: secrets[one.name], screen_grace_s=3600
        )
        self._frames: list[Frame] = []
        self._said: set[tuple[str, Health, str]] = set()
        """Of every account, what its panel has said."""
        self._trouble: list[str] = []
        self._witness_was_ready = False

    def until(self, holds: Callable[[], bool]) -> None:
        """Waits for a condition, and looks at the panels meanwhile."""
        give_up = time.monotonic() + WAIT_S
        while not holds():
            assert time.monotonic() < give_up, self.desk.view
            self._look()
            time.sleep(0.01)

    def _look(self) -> None:
        self._frames += self.desk.frames.drain()
        for one in self.desk.view.accounts:
            self._said.add((one.name, one.health, one.reason))
            if one.name == BITGET and one.health is Health.READY:
                self._witness_was_ready = True
            elif one.name == BITGET and self._witness_was_ready:
                self._trouble.append(f"{one.health}: {one.reason}")

    def ready(self) -> None:
        self.until(lambda: all(one.health is Health.READY for one in self.desk.view.accounts))

    def told(self, reason: str) -> None:
        """The panel of each of the six has said this."""

        def all_said() -> bool:
            said = {
                name
                for name, health, why in tuple(self._said)
                if health is Health.DEGRADED and reason in why
            }
            return said.issuperset(NAMES)

        self.until(all_said)

    def press(self) -> None:
        """All are confirmed, and their venues have nothing left."""
        pressed_ms = time.time_ns() // 1_000_000
        for name, action in PRESSED.items():
            self.desk.cancel(name, action)

        def ended() -> bool:
            return all(
                one.reports and one.reports[0].started_ms >= pressed_ms and not one.runs
                for one in self.desk.view.accounts
            )

        self.until(ended)
        for one in self.desk.view.accounts:
            report = one.reports[0]
            assert (report.action, report.outcome) == (PRESSED[one.name], Outcome.CONFIRMED)
            state = (self._okx if one.name in NAMES else self._venue).account(one.name)
            kinds = ("spread",) if one.name in NAMES else SCOPES[BITGET]["orders"]
            assert [state["by_kind"][kind] for kind in kinds] == [0] * len(kinds)

    def well(self) -> None:
        """READY again, as the witness was all the while; the venue has seen no more connections
        than it allows, and over REST none that no request was to use."""
        self.ready()
        assert not self._trouble
        assert self.ws.most_within(1.0) <= CONNECTS_A_SECOND
        opened = len(self._rest.connections)
        self._look()
        calls = sum(
            one.account in NAMES and (one.transport, one.direction) == ("rest", "out")
            for one in self._frames
        )
        assert opened <= calls


@pytest.fixture
def crowd(okx: Any, venue: Any) -> Iterator[Crowd]:
    """All are READY."""
    okx.reset()
    there = okx.known[0].account
    with (
        Proxy(f"http://{urlsplit(there.ws_url).netloc}") as ws,
        Proxy(there.rest_url) as rest,
    ):
        crowd = Crowd(okx, venue, ws, rest)
        crowd.desk.start()
        try:
            crowd.ready()
            yield crowd
        finally:
            crowd.desk.stop()


def test_accounts_of_one_venue_connect_within_its_limit(crowd: Crowd) -> None:
    assert len(crowd.ws.connections) == len(NAMES)
    crowd.press()
    crowd.well()


def test_and_come_back_within_it_while_a_press_goes_over_rest(crowd: Crowd) -> None:
    crowd.ws.reset()
    crowd.until(lambda: not any(one.routes[0].up for one in crowd.desk.view.accounts[: len(NAMES)]))
    crowd.press()
    crowd.told("ws down: the connection broke")
    crowd.well()


def test_nor_does_a_venue_that_hangs_up_see_more(crowd: Crowd) -> None:
    crowd.ws.accept_then_close()
    crowd.ws.reset()
    crowd.until(lambda: len(crowd.ws.connections) >= 2 * len(NAMES))
    crowd.press()
    crowd.told("did not receive a valid HTTP response")
    crowd.ws.clear()
    crowd.well()
