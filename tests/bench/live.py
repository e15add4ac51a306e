"""killdesk's service without a screen, as a contender."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tests.bench.figures import Failed
from tests.bench.messages import Wire, wait_ready, wired
from tui.service.account.worker import POLL_S
from tui.service.audit.writer import Audit
from tui.service.demo import read_greeting
from tui.service.desk.live import LiveDesk

QUIET_S = 0.2
"""Without a message for so long, a desk has nothing under way."""
SOON_S = 3.0
"""Many accounts are never quiet: their signs of life do not end."""
LOOK_S = 0.005
AGAIN_S = 10.0
LONGEST_S = 60.0


class Live:
    """A desk whose messages are noted as they cross the wire."""

    def __init__(self, desk: LiveDesk, wire: Wire) -> None:
        self.desk = desk
        self.wire = wire

    def cancel(self, account: str, action: str | None, requests: int) -> tuple[float, float]:
        """A press that sends so many cancels: milliseconds until the first is handed to the wire,
        and until the last is acknowledged."""
        self.wire.clear(requests)
        pressed_s = time.perf_counter()
        self.desk.cancel(account, action)
        return self._took(pressed_s)

    def panic(self, requests: int) -> tuple[float, float]:
        """The same, of everything on every account."""
        self.wire.clear(requests)
        pressed_s = time.perf_counter()
        self.desk.panic()
        return self._took(pressed_s)

    def _took(self, pressed_s: float) -> tuple[float, float]:
        self.wire.wait_acked(LONGEST_S)
        sent_s = min(message.at_s for message in self.wire.cancels.values())
        acked_s = max(message.at_s for message in self.wire.acks)
        self.quiet()
        return (sent_s - pressed_s) * 1000, (acked_s - pressed_s) * 1000

    def warm(self) -> None:
        """Every account's connections have just been used, as by its polls; nothing is under way.

        OKX bears no second read of quotes within two seconds, so its reads are not waited for.
        """
        for account in self.desk.view.accounts:
            if account.venue == "okx":
                self.desk.refresh(account.name)
        self.read([one.name for one in self.desk.view.accounts if one.venue != "okx"])
        self.quiet()

    def read(self, accounts: Sequence[str]) -> float:
        """Milliseconds until all these books have been read anew and are in the picture."""
        asked_ms, begun_s = time.time() * 1000, time.perf_counter()
        names, again_s = set(accounts), begun_s
        until_s = begun_s + LONGEST_S
        while names:
            if time.perf_counter() >= again_s:
                again_s += AGAIN_S  # a read that failed is not tried again by itself for long
                for name in names:
                    self.desk.refresh(name)
            for one in self.desk.view.accounts:
                if one.read_at_ms is not None and one.read_at_ms >= asked_ms:
                    names.discard(one.name)
            if time.perf_counter() > until_s:
                raise Failed(f"{len(names)} books were not read within {LONGEST_S:g} s")
            time.sleep(LOOK_S)
        return (time.perf_counter() - begun_s) * 1000

    def quiet(self) -> None:
        """Returns when no run is under way, and soon no message has crossed for a while."""
        until_s = time.monotonic() + LONGEST_S
        while any(one.runs for one in self.desk.view.accounts):
            if time.monotonic() > until_s:
                raise Failed(f"a run did not end within {LONGEST_S:g} s")
            time.sleep(LOOK_S)
        until_s = time.monotonic() + SOON_S
        while time.monotonic() < until_s and (
            self.wire.messages and time.perf_counter() - self.wire.messages[-1].at_s < QUIET_S
        ):
            time.sleep(LOOK_S)


@contextmanager
def live(
    greeting: str, names: Sequence[str], poll_s: float = POLL_S, audit: Audit | None = None
) -> Iterator[Live]:
    """A desk of these accounts, all of them ready."""
    demo = read_greeting(greeting)
    accounts = [account for account in demo.accounts if account.name in names]
    with wired() as wire:
        desk = LiveDesk(
            accounts,
            lambda one: demo.secrets[one.name],
            screen_grace_s=3600,
            poll_s=poll_s,
            audit=audit,
        )
        desk.start()
        try:
            wait_ready(desk)
            one = Live(desk, wire)
            one.warm()
            yield one
        finally:
            desk.stop()
