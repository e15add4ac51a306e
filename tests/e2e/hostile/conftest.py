"""A desk whose venue lies."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyte
import pytest

from tests.e2e.hostile.stream import faults
from tests.e2e.hostile.venue import HostileVenue, lying


@pytest.fixture(autouse=True)
def whole_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """pyte stumbles over half a wide character when it tells what is on the screen."""

    def display(screen: pyte.Screen) -> list[str]:
        cells = (screen.buffer[y] for y in range(screen.lines))
        return ["".join(row[x].data for x in range(screen.columns)) for row in cells]

    monkeypatch.setattr(pyte.Screen, "display", property(display))


@pytest.fixture
def liar(venue: Any) -> Iterator[HostileVenue]:
    """In front of a simulator; says the truth with hostile words."""
    with lying(venue.url) as hostile:
        yield hostile


@pytest.fixture
def lied_to(venue: Any, liar: HostileVenue, killdesk: Callable[..., Any], home: Path) -> str:
    """Settings and keyring entries of every account, at the venue that lies."""
    path = home / "lied.toml"
    sockets = {"htx": "/linear-swap-trade", "okx": "/ws/v5/business"}
    for name, entry in venue.accounts.items():
        more = []
        if entry["venue"] in sockets:
            more = ["--ws-url", liar.ws_url + sockets[entry["venue"]]]
        added = killdesk(
            *("accounts", "add", name, "--venue", entry["venue"], "--config", str(path)),
            *("--rest-url", liar.url, *more),
            stdin=json.dumps(entry),
        )
        assert added.returncode == 0, added.stderr
    return str(path)


@pytest.fixture
def clean() -> Callable[[Any], None]:
    """Fails with the first things that a terminal should not have been sent."""

    def check(desk: Any) -> None:
        found = faults(bytes(desk.received))
        assert not found, found[:5]

    return check
