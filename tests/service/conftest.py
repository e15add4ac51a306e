"""A live desk on a real simulator, with the accounts of a test's choice."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import pytest

from tui.core.accounts import Account
from tui.core.clocks import Clock, read_clock
from tui.core.desk import AccountView, Health
from tui.core.frames import Frame
from tui.core.secrets import Credentials, Secret
from tui.service.account.worker import POLL_S
from tui.service.cancel.run import RunLimits
from tui.service.demo import read_greeting
from tui.service.desk.live import LiveDesk

WAIT_S = 60.0


class Simulator(Protocol):
    """What the shared `simulator` fixture offers."""

    url: str
    accounts: dict[str, dict[str, str]]

    def account(self, name: str) -> dict[str, Any]: ...
    def orders(self, account: str, kind: str, count: int) -> None: ...
    def faults(self, account: str, kind: str, count: int = 1, **more: object) -> None: ...
    def reset(self) -> None: ...


def flush_frames(desk: LiveDesk) -> None:
    """Returns when every frame so far is in the feed: they are passed on in batches."""
    done = threading.Event()
    desk._loop.call_soon_threadsafe(desk._recorder.flush)
    desk._loop.call_soon_threadsafe(done.set)
    assert done.wait(WAIT_S)


class DeskOnTest:
    """A live desk, and the waiting that a test needs."""

    def __init__(self, desk: LiveDesk) -> None:
        self.desk = desk
        self.frames: list[Frame] = []

    def account(self, name: str) -> AccountView:
        view = self.desk.view.account(name)
        assert view is not None
        return view

    async def until(self, holds: Callable[[], bool], timeout_s: float = WAIT_S) -> None:
        """Waits for a condition of the desk; fails with the picture it stopped at."""
        try:
            async with asyncio.timeout(timeout_s):
                while not holds():
                    await asyncio.sleep(0.02)
        except TimeoutError:
            pytest.fail(f"it did not come to that; the desk: {self.desk.view}")

    async def ready(self, *names: str) -> None:
        await self.until(lambda: all(self.account(n).health is Health.READY for n in names))

    async def reported(self, name: str, actions: int = 1) -> AccountView:
        """The account once that many actions have ended."""
        await self.until(
            lambda: len(self.account(name).reports) >= actions and not self.account(name).runs
        )
        return self.account(name)

    def log(self) -> list[Frame]:
        """Every frame so far, with those that still wait to be cleaned."""
        if self.desk._thread.is_alive():
            flush_frames(self.desk)
        self.frames += self.desk.frames.drain()
        return self.frames

    def texts(self, account: str) -> list[str]:
        return [frame.text for frame in self.log() if frame.account == account]


@pytest.fixture
def open_desk(simulator: Simulator) -> Iterator[Callable[..., DeskOnTest]]:
    """Opens desks on the simulator: `open_desk("okx-desk", wrong_secret=True, ws_url=...)`."""
    opened: list[LiveDesk] = []

    def open_one(
        *names: str,
        wrong_secret: bool = False,
        screen_grace_s: float = 3600,
        limits: RunLimits | None = None,
        poll_s: float = POLL_S,
        clock: Clock = read_clock,
        locks: Path | None = None,
        view_only: bool = False,
        **changes: object,
    ) -> DeskOnTest:
        entries = [{"name": name, **entry} for name, entry in simulator.accounts.items()]
        demo = read_greeting(json.dumps({"url": simulator.url, "accounts": entries}))
        accounts: list[Account] = [
            replace(account, **changes)  # type: ignore[arg-type]  # whatever the test names
            for account in demo.accounts
            if account.name in names
        ]
        secrets = dict(demo.secrets)
        if wrong_secret:
            secrets = {
                name: Credentials(found.api_key, Secret("not-the-secret-at-all"), found.passphrase)
                for name, found in secrets.items()
            }
        desk = LiveDesk(
            accounts,
            lambda one: secrets[one.name],
            screen_grace_s=screen_grace_s,
            limits=limits,
            poll_s=poll_s,
            clock=clock,
            locks=locks,
            view_only=view_only,
        )
        desk.start()
        opened.append(desk)
        return DeskOnTest(desk)

    yield open_one
    for desk in opened:
        desk.stop()


@pytest.fixture
def watch_desk() -> type[DeskOnTest]:
    """The waiting of a test, around a desk that the test opened itself."""
    return DeskOnTest
