"""Asks for the credentials of one account, again and again until there are some.

A keyring call blocks while somebody types a password, and cannot be cancelled. So each call gets a
thread of its own, no call waits for another account's, and an answer counts whenever it comes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

from tui.core.accounts import Account
from tui.core.clocks import Clock
from tui.core.desk import ReadCredentials
from tui.core.formatting import seconds
from tui.core.secrets import Credentials
from tui.service.desk.blocking import HelperThreads

ANSWER_S = 5.0
"""How long a desk waits for the first answer before it counts the account as down."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 5.0, 60.0
"""Between a refusal and the next request; the pause doubles. A locked keyring may show a dialog at
each request, so it is not asked more often."""
HUNG_S = 30.0
"""After so long without an answer a second request is made beside the first."""
MOST_OPEN = 3
"""Calls of one account without an answer, each with a thread of its own. A key adds more, but not
sooner than FIRST_PAUSE_S after the last one: it may be held down."""
SIDE_BY_SIDE = 8
"""Calls at a time, of all accounts together, as long as they are answered in time."""
PLACE_S = 2.0
"""A call that takes longer no longer counts: the next one begins beside it."""
_MOST_THREADS = 512
_TICK_S = 1.0
"""How often the seconds of the wait are shown."""

T = TypeVar("T")


class KeyringCalls:
    """Runs the blocking calls of all accounts in daemon threads, a few at a time."""

    def __init__(self) -> None:
        self._threads = HelperThreads(_MOST_THREADS)
        self._places = asyncio.Semaphore(SIDE_BY_SIDE)
        self._held: set[asyncio.Task[None]] = set()

    async def call(self, work: Callable[[], T]) -> T:
        """The result of `work`. Raises what it raises, and RuntimeError if no thread can start."""
        await self._places.acquire()
        try:
            answer = asyncio.get_running_loop().run_in_executor(self._threads, work)
        except BaseException:
            self._places.release()
            raise
        place = asyncio.create_task(self._hold_place(answer), name="keyring call")
        self._held.add(place)
        place.add_done_callback(self._held.discard)
        return await answer

    async def stop(self) -> None:
        """Forgets the calls without an answer; their threads end with the process."""
        for place in self._held:
            place.cancel()
        await asyncio.gather(*self._held, return_exceptions=True)

    async def _hold_place(self, answer: asyncio.Future[T]) -> None:
        try:
            await asyncio.wait((answer,), timeout=PLACE_S)
        finally:
            self._places.release()


class CredentialRequest:
    """One account's request; belongs to the event loop of the service."""

    def __init__(
        self,
        account: Account,
        read: ReadCredentials,
        calls: KeyringCalls,
        clock: Clock,
        changed: Callable[[], None],
        answer_s: float = ANSWER_S,
    ) -> None:
        """`changed` is called when `reason` or `fresh` may have changed."""
        self.account = account
        self.read = read
        """What the next request calls."""
        self.refused = ""
        """The sentence of the last answer, if it had no credentials."""
        self.answered = asyncio.Event()
        """Set by the first answer, whatever it says."""
        self._calls = calls
        self._clock = clock
        self._changed = changed
        self._answer_s = answer_s
        self._begun = self._asked = clock()
        self._open: set[asyncio.Task[None]] = set()
        self._found: Credentials | None = None
        self._news = asyncio.Event()
        self._pause_s = FIRST_PAUSE_S

    @property
    def fresh(self) -> bool:
        """Whether there are credentials, or the first answer may still come in time."""
        if self.refused:
            return False
        return self._found is not None or self.waited_s < self._answer_s

    @property
    def waited_s(self) -> float:
        """Seconds since the first request."""
        return self._clock().steady_since(self._begun)

    @property
    def reason(self) -> str:
        """Why there are no credentials yet, in one sentence."""
        if self.refused:
            return self.refused
        waited_s = self.waited_s
        if waited_s < _TICK_S:
            return "reading the keyring"
        if self.fresh:
            return f"waiting for the keyring, {seconds(round(waited_s))}"
        # The beginning has to fit into a narrow panel.
        silent = f"keyring: no answer, {seconds(round(waited_s))}; r asks again"
        return f"{silent}; unlock it if it is locked"

    async def credentials(self) -> Credentials:
        """Returns the credentials once an answer has them."""
        try:
            while self._found is None:
                if len(self._open) < MOST_OPEN:
                    self._ask()
                self._asked = self._clock()
                await self._until_due()
                self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
            return self._found
        finally:
            for one in self._open:
                one.cancel()
            await asyncio.gather(*self._open, return_exceptions=True)

    def ask_again(self) -> None:
        """Asks now, without waiting for the next regular request."""
        recently = self._clock().steady_since(self._asked) < FIRST_PAUSE_S
        if recently and len(self._open) >= MOST_OPEN:
            return
        self._asked, self._pause_s = self._clock(), FIRST_PAUSE_S
        self._ask()
        self._news.set()

    def _ask(self) -> None:
        task = asyncio.create_task(self._one_call(), name=f"{self.account.name} keyring")
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _one_call(self) -> None:
        try:
            found = await self._calls.call(partial(self.read, self.account))
        except Exception as error:  # noqa: BLE001  shown in the panel, and asked again
            found = f"a fault of killdesk's own at the keyring: {type(error).__name__}"
        if isinstance(found, str):
            self.refused = found
        else:
            self._found = found
        self.answered.set()
        self._news.set()

    async def _until_due(self) -> None:
        """Returns when there are credentials, or when it is time for the next request."""
        while self._found is None:
            self._changed()
            pause_s = self._pause_s if self.refused else HUNG_S
            left_s = pause_s - self._clock().steady_since(self._asked)
            if left_s <= 0:
                return
            self._news.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(left_s if self.refused else min(left_s, _TICK_S)):
                    await self._news.wait()
