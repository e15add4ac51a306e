"""The demo desk: a simulator of our own on loopback, in a process that ends with ours."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tui.core.accounts import Account, TimerSettings
from tui.core.secrets import Credentials, Secret
from tui.service.files.descriptors import allow_descriptors
from tui.venues import VENUES, demo_accounts

START_S = 15.0
CONTRACTS = ("BTC-USDT", "ETH-USDT")
"""Where conditional orders can rest at the simulator, for venues that list them by contract."""


class DemoError(Exception):
    """The simulator did not start; the message says why in one sentence."""


@dataclass(frozen=True, slots=True)
class DemoDesk:
    """Where the simulator listens, and the accounts that it has."""

    url: str
    accounts: tuple[Account, ...]
    secrets: dict[str, Credentials]


@contextmanager
def demo_desk(orders: int = 40, named: Sequence[str] = ()) -> Iterator[DemoDesk]:
    """Starts a simulator and ends it. Raises DemoError.

    It runs as a process of its own, as a venue would, and ends by itself when this one does.
    `named` are accounts to have instead of the demo ones, as `NAME=VENUE` or `NAME=VENUE/FAMILY`.
    """
    allow_descriptors(len(named or demo_accounts()))  # the simulator inherits it
    command = [sys.executable, "-m", "tui.simulator", "--exit-with-stdin", "--orders", str(orders)]
    process = subprocess.Popen(  # noqa: S603  our own module, its options in one word each
        [*command, *(f"--account={one}" for one in named)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        # ctrl+c in the terminal is for the screen; the simulator ends when its input does.
        start_new_session=True,
    )
    try:
        yield read_greeting(_first_line(process))
    finally:
        if process.stdin is not None:
            process.stdin.close()
        process.terminate()
        process.wait(5)
        if process.stdout is not None:
            process.stdout.close()


def _first_line(process: subprocess.Popen[str]) -> str:
    """The simulator's greeting, waited for in a thread because a pipe has no time limit."""
    lines: list[str] = []

    def read() -> None:
        assert process.stdout is not None
        lines.append(process.stdout.readline())

    reader = threading.Thread(target=read, name="simulator greeting", daemon=True)
    reader.start()
    reader.join(START_S)
    if not lines or not lines[0]:
        raise DemoError("the simulator did not start; try `killdesk simulate` to see what it says")
    return lines[0]


def read_greeting(line: str) -> DemoDesk:
    """The accounts that a simulator's first line of output describes. Raises DemoError."""
    try:
        return _desk_of(json.loads(line))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        what = type(error).__name__
        raise DemoError(f"the simulator's greeting cannot be read: {what}") from None


def _desk_of(greeting: Any) -> DemoDesk:
    url: str = greeting["url"]
    accounts = []
    secrets = {}
    for entry in greeting["accounts"]:
        venue = VENUES[entry["venue"]].spec
        path = urlsplit(venue.ws_url).path if venue.ws_url else ""
        accounts.append(
            Account(
                name=entry["name"],
                venue=venue.id,
                rest_url=url,
                ws_url=url.replace("http", "ws", 1) + path if path else None,
                contracts=CONTRACTS if venue.families else (),
                deadman=TimerSettings() if any(timer.usual for timer in venue.timers) else None,
            )
        )
        phrase = entry.get("passphrase")
        secrets[entry["name"]] = Credentials(
            Secret(entry["api_key"]),
            Secret(entry["secret_key"]),
            Secret(phrase) if phrase else None,
        )
    return DemoDesk(url, tuple(accounts), secrets)
