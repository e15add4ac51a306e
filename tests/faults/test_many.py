"""Many accounts at one venue: it counts connections by address, so they have one limit together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.faults.proxy import Proxy
from tests.faults.stage import CONNECTS_A_SECOND
from tests.faults.venue import simulator_process
from tui.core.actions import Outcome
from tui.core.desk import Health
from tui.service.live_desk import LiveDesk

NAMES = tuple(f"okx-{number}" for number in range(1, 7))
WAIT_S = 30.0


@pytest.fixture(scope="module")
def okx(simulator_class: type[Any]) -> Iterator[Any]:
    """A venue with six accounts."""
    with simulator_process(simulator_class, *(f"{name}=okx" for name in NAMES)) as handle:
        yield handle


@contextmanager
def opened(okx: Any) -> Iterator[tuple[LiveDesk, Proxy]]:
    """All six on one desk, their sockets through one proxy."""
    there = urlsplit(okx.known[0].account.ws_url)
    with Proxy(f"http://{there.netloc}") as proxy:
        accounts = [replace(one.account, ws_url=proxy.ws_url + there.path) for one in okx.known]
        secrets = {one.account.name: one.secrets for one in okx.known}
        desk = LiveDesk(accounts, lambda: secrets, screen_grace_s=3600)
        desk.start()
        try:
            yield desk, proxy
        finally:
            desk.stop()


def until(holds: Callable[[], bool], desk: LiveDesk) -> None:
    give_up = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < give_up, desk.view
        time.sleep(0.02)


def all_ready(desk: LiveDesk) -> bool:
    return all(one.health is Health.READY for one in desk.view.accounts)


def test_accounts_of_one_venue_connect_within_its_limit(okx: Any) -> None:
    okx.reset()
    with opened(okx) as (desk, proxy):
        until(lambda: all_ready(desk), desk)
        assert len(proxy.connections) == len(NAMES)
        assert proxy.most_within(1.0) <= CONNECTS_A_SECOND


def test_and_come_back_within_it_while_a_press_goes_over_rest(okx: Any) -> None:
    okx.reset()
    with opened(okx) as (desk, proxy):
        until(lambda: all_ready(desk), desk)
        proxy.reset()
        until(lambda: not any(one.routes[0].up for one in desk.view.accounts), desk)
        for name in NAMES:
            desk.cancel(name, "spreads")
        until(lambda: all(one.reports for one in desk.view.accounts), desk)
        for one in desk.view.accounts:
            assert one.reports[0].outcome is Outcome.CONFIRMED
            assert okx.open(one.name, "spread") == 0
        until(lambda: all_ready(desk), desk)
        assert proxy.most_within(1.0) <= CONNECTS_A_SECOND


def test_nor_does_a_venue_that_hangs_up_see_more(okx: Any) -> None:
    okx.reset()
    with opened(okx) as (desk, proxy):
        until(lambda: all_ready(desk), desk)
        proxy.accept_then_close()
        proxy.reset()
        until(lambda: len(proxy.connections) >= 2 * len(NAMES), desk)
        proxy.clear()
        until(lambda: all_ready(desk), desk)
        assert proxy.most_within(1.0) <= CONNECTS_A_SECOND
