"""What the venue says an account is: asked until it is known, and again where a reply denies it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tui.core.actions import Action
from tui.core.orders import Kind
from tui.service.account.context import AccountContext
from tui.service.network.dispatcher import READ_S, Dispatcher
from tui.venues.base.errors import VenueError
from tui.venues.base.specs import Profile

RETRY_S = 5.0
"""Between two tries to learn what the venue says of the account."""


class AccountProfile:
    """What is known of the account `now`, and what such an account has.

    `told` is called whenever the venue has answered; `trouble` is why it has not, the last time.
    """

    def __init__(
        self, access: AccountContext, courier: Dispatcher, told: Callable[[], None]
    ) -> None:
        self._access = access
        self._adapter = access.adapter
        self._courier = courier
        self._told = told
        self.now = Profile()
        self.trouble: VenueError | None = None
        self.known = asyncio.Event()
        """Set once the venue has answered."""

    @property
    def actions(self) -> tuple[Action, ...]:
        return self._adapter.actions(self.now)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        return self._adapter.kinds(self.now)

    @property
    def covered(self) -> set[str]:
        """The kinds that a button reaches."""
        return {kind for action in self.actions for kind in action.kinds}

    async def learn(self) -> None:
        """Asks until the venue has answered once."""
        while not self.known.is_set():
            await self.ask()
            if not self.known.is_set():
                await asyncio.sleep(max(RETRY_S, self.trouble.pause_s if self.trouble else 0.0))

    async def ask(self) -> None:
        """Asks once."""
        try:
            self.now = await self._courier.run(self._adapter.probe(), READ_S)
            self.trouble = None
            self.known.set()
            self._told()
        except VenueError as error:
            self.trouble = error
        self._access.changed()
