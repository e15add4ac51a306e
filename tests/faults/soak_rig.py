"""What a soak runs on: a simulator and fault proxies in processes of their own, and a live desk."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from typing import Any

import httpx

from tests.faults.resources import ANSWER_S
from tests.faults.soak_proxies import Proxies, proxies
from tui.core.accounts import Account, TimerSettings
from tui.core.actions import Report
from tui.core.desk import NewSettings
from tui.core.orders import OpenOrder
from tui.core.secrets import Credentials
from tui.service.audit.writer import Audit
from tui.service.demo import DemoDesk, read_greeting
from tui.service.desk.live import LiveDesk

SCREEN_GRACE_S = 10.0
COPIES = 3
"""Of each of the four sorts of account."""
ORDERS = 12
HOLDS = (TimerSettings(10, 2.0), TimerSettings(12, 3.0), TimerSettings(30, 5.0))
"""By the copy."""
TIMERS = {"okx": ("okx-sprd", "okx-rfq"), "htx": ("htx",), "bitget": ()}
EXTRAS = {"okx": ("rfqs",), "bitget": ("strategy",), "htx": ()}
"""Of the second copy of each sort."""


class HeardDesk(LiveDesk):
    """A live desk whose outcomes can be heard as they are told."""

    def __init__(self, *args: Any, **more: Any) -> None:
        self.told: SimpleQueue[Report] = SimpleQueue()
        super().__init__(*args, **more)

    def _ended(self, report: Report) -> None:
        self.told.put(report)
        super()._ended(report)

    def draw_now(self) -> None:
        """Returns when the picture has been drawn anew."""
        drawn = threading.Event()

        def draw() -> None:
            self._publisher.publish()
            drawn.set()

        self._loop.call_soon_threadsafe(draw)
        if not drawn.wait(ANSWER_S):
            raise TimeoutError("the service's loop does not answer")

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()


class Venue:
    """The simulator behind the counter."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(
            base_url=url,
            trust_env=False,
            timeout=ANSWER_S,
            verify=SSLContext(PROTOCOL_TLS_CLIENT),
            # No connection is kept, as this process counts its sockets.
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    def timers(self) -> dict[tuple[str, str], tuple[bool, float]]:
        """By account and timer: armed, and how many seconds are left."""
        accounts = self._get("/sim/state")
        return {
            (name, timer): (told["armed"], (told["expires_in_ms"] or 0) / 1000)
            for name, account in accounts.items()
            for timer, told in account["timers"].items()
        }

    def resting(self) -> dict[str, list[OpenOrder]]:
        """All open orders by account."""
        return {
            name: [
                OpenOrder(
                    kind=one["kind"],
                    order_id=one["id"],
                    contract=one["instrument"],
                    side=one["side"],
                    offset=one["offset"],
                    created_ms=one["created_ms"],
                )
                for one in orders
            ]
            for name, orders in self._get("/sim/orders").items()
        }

    def rest(self, account: str, kind: str, count: int, **more: object) -> None:
        self._post("/sim/orders", account=account, kind=kind, count=count, **more)

    def fault(self, account: str, kind: str, **more: object) -> None:
        self._post("/sim/faults", account=account, kind=kind, **more)

    def no_faults(self) -> None:
        self._http.delete("/sim/faults").raise_for_status()

    def close(self) -> None:
        self._http.close()

    def _get(self, path: str) -> dict[str, Any]:
        found: dict[str, Any] = self._http.get(path).raise_for_status().json()["accounts"]
        return found

    def _post(self, path: str, /, **body: object) -> None:
        self._http.post(path, json=body).raise_for_status()


@dataclass(frozen=True)
class Rig:
    venue: Venue
    proxies: Proxies
    desk: HeardDesk
    accounts: Sequence[Account]
    credentials: Mapping[str, Credentials]
    folder: Path
    """Of the record."""

    @property
    def secrets(self) -> list[str]:
        """What may stand nowhere."""
        return [
            secret.reveal()
            for one in self.credentials.values()
            for secret in (one.secret_key, one.passphrase)
            if secret is not None
        ]

    def renewed(self) -> NewSettings:
        """The same settings, for which every account is to begin anew."""
        return NewSettings(
            self.accounts,
            lambda one: self.credentials[one.name],
            renewed=[account.name for account in self.accounts],
            screen_grace_s=SCREEN_GRACE_S,
        )


@contextmanager
def rig(copies: int = COPIES) -> Iterator[Rig]:
    """A started desk of all four sorts of account, each behind a proxy of its own."""
    with ExitStack() as stack:
        demo = stack.enter_context(_simulator(copies))
        names = [account.name for account in demo.accounts]
        between = stack.enter_context(proxies(demo.url, names))
        venue = Venue(demo.url)
        stack.callback(venue.close)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        accounts = _accounts(demo, between.urls)
        desk = HeardDesk(
            accounts,
            lambda one: demo.secrets[one.name],
            screen_grace_s=SCREEN_GRACE_S,
            audit=Audit(folder, {"accounts": names}),
        )
        stack.callback(desk.stop)
        desk.start()
        yield Rig(venue, between, desk, accounts, demo.secrets, folder)


def _accounts(demo: DemoDesk, urls: dict[str, str]) -> Sequence[Account]:
    made: list[Account] = []
    for account in demo.accounts:
        *_, last = account.name.split("-")
        copy = int(last) if last.isdigit() else 1
        url = urls[account.name]
        ws_url = account.ws_url and account.ws_url.replace(
            demo.url.replace("http", "ws", 1), url.replace("http", "ws", 1)
        )
        made.append(
            replace(
                account,
                rest_url=url,
                ws_url=ws_url,
                deadman=HOLDS[(copy - 1) % len(HOLDS)],
                timers=TIMERS[account.venue],
                extras=EXTRAS[account.venue] if copy == 2 else (),
            )
        )
    return made


@contextmanager
def _simulator(copies: int) -> Iterator[DemoDesk]:
    command = [sys.executable, "-m", "tui.simulator", "--exit-with-stdin"]
    sizes = ["--orders", str(ORDERS), "--copies", str(copies)]
    with subprocess.Popen(
        [*command, *sizes],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # ctrl+c is for the soak
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield read_greeting(process.stdout.readline())
        finally:
            process.stdin.close()
            process.wait(20)
