"""One simulator in a process of its own, started over for each scenario, and quick deadlines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.faults.stage import Stage
from tests.faults.venue import simulator_process
from tui.service.account import order_reader as book_reader
from tui.service.account import profile as account_profile
from tui.service.account import venue_clock, worker
from tui.service.cancel import run as cancel_run
from tui.service.network import websocket_route as socket_route
from tui.venues.base.specs import Keepalive
from tui.venues.htx.adapter import Htx
from tui.venues.okx.adapter import Okx

QUICK = {
    (account_profile, "RETRY_S"): 0.5,
    (account_profile, "READ_S"): 1.0,
    (book_reader, "READ_S"): 1.0,
    (cancel_run, "READ_S"): 1.0,
    (cancel_run, "LIMITED_S"): 3.0,
    (socket_route, "LOGIN_S"): 1.0,
    (socket_route, "OPEN_S"): 1.0,
    (socket_route, "LONGEST_DELAY_S"): 1.0,
    (socket_route, "REFUSED_DELAY_S"): 2.0,
    (venue_clock, "RETRY_S"): 0.5,
    (worker, "READ_S"): 1.0,
}
"""Waits of the service, cut short; the first delays of reconnecting are as they are."""


@pytest.fixture(scope="session")
def _venue(simulator_class: type[Any]) -> Iterator[Any]:
    with simulator_process(simulator_class) as handle:
        yield handle


@pytest.fixture
def venue(_venue: Any) -> Any:
    """The venue of the witnesses, and of the subject unless it has one of its own."""
    _venue.reset()
    return _venue


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits that a test can afford."""
    for (module, name), value in QUICK.items():
        monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(Htx, "keepalive", Keepalive(idle_s=0.5, text=None, answer_s=0.7))
    monkeypatch.setattr(Okx, "keepalive", Keepalive(idle_s=0.5, text="ping", answer_s=0.7))


@pytest.fixture
def trust(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes this machine trust an authority, for desks that are opened afterwards."""

    def add(authority: str) -> None:
        file = tmp_path / "authority.pem"
        file.write_text(authority)
        monkeypatch.setenv("SSL_CERT_FILE", str(file))

    return add


@pytest.fixture
def set_stage(venue: Any) -> Iterator[Callable[..., Stage]]:
    """`set_stage("okx-desk", ...)`: a desk with this account on trial; ends with the test."""
    with ExitStack() as stack:
        yield lambda subject, **more: stack.enter_context(
            Stage(venue, more.pop("known", venue.known), subject, **more)
        )
