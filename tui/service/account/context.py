"""One account's access to its venue: what each of its routes needs to sign and to be recorded."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tui.core.clocks import Clock
from tui.core.frames import Direction, Transport
from tui.core.secrets import Credentials
from tui.service.account.venue_clock import VenueClock
from tui.service.network.frame_recorder import Recorder
from tui.venues.base.messages import RestCall, SignedRest, SocketText
from tui.venues.base.protocol import VenueAdapter


@dataclass(frozen=True, slots=True)
class AccountContext:
    """Shared by the routes of one account; holds the only reference to its credentials."""

    account: str
    adapter: VenueAdapter
    credentials: Credentials
    recorder: Recorder
    clock: Clock
    venue_clock: VenueClock
    tls: ssl.SSLContext
    changed: Callable[[], None]

    def sign(self, call: RestCall) -> SignedRest:
        """The call as it leaves now, stamped with the venue's time."""
        return self.adapter.sign(call, self.credentials, self.venue_clock.now_ms())

    def login(self) -> SocketText:
        """The login as it leaves now, stamped with the venue's time."""
        return self.adapter.login(self.credentials, self.venue_clock.now_ms())

    def remedy(self, code: str, *, login: bool = False) -> str:
        """What the trader can do about this code of the venue's; empty where nothing is known."""
        return self.adapter.spec.remedies.of(code, self.account, login=login)

    def record(
        self,
        transport: Transport,
        direction: Direction,
        text: str,
        *,
        size: int = 0,
        unpacked: int | None = None,
        latency_ms: float | None = None,
        request: int | None = None,
        error: bool = False,
        hidden: Iterable[str] = (),
        headers: Iterable[tuple[str, str]] = (),
    ) -> int:
        """Keeps one frame of this account; returns its number."""
        return self.recorder.record(
            self.account,
            transport,
            direction,
            text,
            size=size,
            unpacked=unpacked,
            latency_ms=latency_ms,
            request=request,
            error=error,
            hidden=hidden,
            headers=headers,
        )
