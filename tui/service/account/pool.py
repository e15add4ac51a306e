"""Which worker stands for which account: while it is opened, once it is, and for new settings."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from tui.core.accounts import Account
from tui.core.actions import Outcome, Report
from tui.core.clocks import Clock
from tui.core.desk import AccountView, ReadCredentials
from tui.core.errors import describe_internal_error
from tui.core.secrets import Credentials
from tui.service.account.unavailable import EVERY_ACTION, UnavailableAccount
from tui.service.account.worker import AccountWorker
from tui.service.deadman.timers import Timers
from tui.service.desk.reconfigure import refusal
from tui.service.secrets.credential_request import ANSWER_S, CredentialRequest, KeyringCalls
from tui.venues import adapter_for

Worker: TypeAlias = AccountWorker | UnavailableAccount
WorkerFactory: TypeAlias = Callable[[Account, Credentials], AccountWorker]
"""Gives an account's worker, not yet started."""

SOCKET_S = 0.5
"""How long a cancel without a screen lets a socket log in, where nothing else is to be learned."""
WITHHELD = "interrupted before anything was sent"
NOT_KNOWN = "interrupted before its outcome was known"
DISARM_WAIT_S = 4.0
"""How long a stop waits for a disarm that is under way."""
FREE_LOOK_S = 0.5
"""Between two looks at whether an account whose worker is to be replaced is free for it."""
FAULT_S = 5.0
"""Before a worker that could not begin, by a fault of ours, is tried again."""


@dataclass(slots=True)
class _Place:
    """One account's place on the desk."""

    worker: Worker
    """Takes the presses now."""
    account: Account
    """What the settings want here; the worker may still go by those before."""
    request: CredentialRequest | None = None
    """For the credentials of the worker that comes next."""
    opening: asyncio.Task[None] | None = None
    """Waits for those, and puts that worker into the place."""
    tried: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once that worker has begun, or has failed to by a fault of ours."""
    trouble: str = ""
    """Why the next worker cannot begin, whatever the keyring says."""

    @property
    def view(self) -> AccountView:
        view = self.worker.view
        why = self.trouble or (self.request.reason if self.request is not None else "")
        if not why or isinstance(self.worker, UnavailableAccount):
            return view
        pending = f"new settings wait: {why}"
        return replace(view, reason="; ".join(filter(None, (view.reason, pending))))

    def close(self, account: Account) -> None:
        """Gives up the worker that was to come; `account` is what is wanted instead."""
        if self.opening is not None:
            self.opening.cancel()
        self.request, self.opening, self.account = None, None, account
        self.tried = asyncio.Event()
        self.trouble = account.problem


class WorkerPool(Mapping[str, Worker]):
    """By the names of their accounts, in the order of the settings.

    Every account has a worker at any time; where there are no credentials, one that denies presses.
    A worker is replaced only when its successor has its credentials.
    """

    def __init__(
        self,
        accounts: Sequence[Account],
        prepare: Callable[[], Awaitable[None]],
        hire: WorkerFactory,
        clock: Clock,
        changed: Callable[[], None],
        ended: Callable[[Report], None],
        answer_s: float = ANSWER_S,
    ) -> None:
        """`prepare` is awaited before `hire`; `ended` is called for each cancel that ended. An
        account without an answer of the keyring counts as down after `answer_s`."""
        self._prepare = prepare
        self.withheld = asyncio.Event()
        """Once it is set, `cancel_to_the_end` begins on no account any more."""
        self._hire = hire
        self._clock = clock
        self._changed = changed
        self._ended = ended
        self._answer_s = answer_s
        self._calls = KeyringCalls()
        self._places = {one.name: _Place(self._absent(one), one) for one in accounts}

    def __getitem__(self, name: str) -> Worker:
        return self._places[name].worker

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    @property
    def accounts(self) -> list[Account]:
        """As the settings want them; a worker may still go by those before."""
        return [place.account for place in self._places.values()]

    @property
    def views(self) -> tuple[AccountView, ...]:
        return tuple(place.view for place in self._places.values())

    @property
    def timers(self) -> list[Timers]:
        """Of the accounts that may hold one."""
        return [worker.timers for worker in self.values() if worker.timers is not None]

    def open(self, read: ReadCredentials) -> None:
        """Asks for every account's credentials; each account starts work when it has its own."""
        for place in self._places.values():
            self._open(place, place.account, read)

    def refresh(self, name: str) -> None:
        """Reads the account's book now; asks for credentials that are missing."""
        place = self._places.get(name)
        if place is not None:
            place.worker.refresh()
            if place.request is not None and not isinstance(place.worker, UnavailableAccount):
                place.request.ask_again()

    async def exchange(
        self, accounts: Sequence[Account], renewed: Collection[str], read: ReadCredentials
    ) -> None:
        """Goes on with `accounts`; the changed ones and those in `renewed` are to get a new worker.

        Returns when each of these has it or a first answer about its credentials, and after
        ANSWER_S in any case. A worker that is to be replaced works until its successor begins.
        """
        before = self._places
        self._places = {
            account.name: before.get(account.name) or _Place(self._absent(account), account)
            for account in accounts
        }
        gone = [place for name, place in before.items() if name not in self._places]
        opened = [
            place
            for account in accounts
            if self._adapt(place := self._places[account.name], account, renewed, read)
        ]
        self._changed()
        for place in gone:
            place.close(place.account)
        # A fault in what ends must not keep what begins.
        ending = (place.worker.stop() for place in gone)
        await asyncio.gather(*ending, return_exceptions=True)
        await asyncio.gather(*(_settled(place, ANSWER_S) for place in opened))

    async def cancel_to_the_end(self, learn_s: float, credentials_s: float) -> list[Report]:
        """Cancels everything everywhere and waits for the outcomes.

        Each account goes by itself: it waits for its credentials for `credentials_s` at most, and
        then until it knows its own family, for `learn_s` at most; once it is `withheld`, it denies
        the press instead.
        """

        async def run(name: str) -> list[Report]:
            go = await self._unless_withheld(_settled(self._places[name], credentials_s))
            if isinstance(self[name], UnavailableAccount):
                return await self[name].cancel_to_the_end() if go else self._withhold(self[name])
            families = adapter_for(self[name].account).spec.families
            # Where the calls do not depend on it, only the socket is given a moment to log in.
            at_most_s = learn_s if families else min(learn_s, SOCKET_S)
            if await self._unless_withheld(self[name].learned(at_most_s)):
                return await self[name].cancel_to_the_end()
            return self._withhold(self[name])

        ended = await asyncio.gather(*map(run, self))
        return [report for reports in ended for report in reports]

    def reports_so_far(self) -> list[Report]:
        """What is known now: what is under way is unresolved, what never began is denied."""
        found = []
        for worker in self.values():
            if isinstance(worker, UnavailableAccount):
                known = [*worker.view.reports]
            else:
                known = worker.reports_so_far(NOT_KNOWN)
            found += known or self._withhold(worker)
        return found

    async def _unless_withheld(self, work: Coroutine[object, object, object]) -> bool:
        """Waits for it; False if the press was withheld first."""
        tasks = [asyncio.ensure_future(work), asyncio.ensure_future(self.withheld.wait())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
        return not self.withheld.is_set()

    def _withhold(self, worker: Worker) -> list[Report]:
        """Denies the press: the orders of this account rest as they were."""
        account, now_ms, view = worker.account, self._clock().wall_ms, worker.view
        reports = [
            Report(
                account.name,
                account.venue,
                action,
                Outcome.DENIED,
                started_ms=now_ms,
                message=WITHHELD,
                ended_ms=now_ms,
                coverage=view.coverage,
            )
            for action in [one.id for one in view.actions] or [EVERY_ACTION]
        ]
        for report in reports:
            self._ended(report)
        return reports

    async def stop(self) -> None:
        """Ends the work of every account, once its timers are as their settings want them left."""
        opening = [one.opening for one in self._places.values() if one.opening is not None]
        for place in self._places.values():
            place.close(place.account)
        await asyncio.gather(*opening, return_exceptions=True)
        await self._calls.stop()
        with suppress(TimeoutError):
            async with asyncio.timeout(DISARM_WAIT_S):
                for timers in self.timers:
                    timers.leave()
                for timers in self.timers:
                    await timers.disarmed()
        await asyncio.gather(*(worker.stop() for worker in self.values()))

    def _adapt(
        self, place: _Place, account: Account, renewed: Collection[str], read: ReadCredentials
    ) -> bool:
        """Whether the place is to get a new worker; what it waits for already is asked for anew."""
        works = not isinstance(place.worker, UnavailableAccount)
        if account.name not in renewed:
            if works and account == place.worker.account:
                place.close(account)  # of settings that were taken back
                return False
            if place.request is not None and account == place.account:
                place.request.read = read
                place.request.ask_again()
                return False
        self._open(place, account, read)
        return True

    def _open(self, place: _Place, account: Account, read: ReadCredentials) -> None:
        """Asks for credentials, and puts a new worker into the place when they are there. Settings
        that cannot be used get none; a worker that goes by others goes on."""
        place.close(account)
        if account.problem:
            if isinstance(place.worker, UnavailableAccount):
                place.worker = self._absent(account)
            return

        def changed() -> None:
            if isinstance(place.worker, UnavailableAccount):
                place.worker.drop_queued()
            self._changed()

        place.request = request = CredentialRequest(
            account, read, self._calls, self._clock, changed, self._answer_s
        )
        if isinstance(place.worker, UnavailableAccount):
            place.worker = self._absent(account, request)
        name = f"open {account.name}"
        place.opening = asyncio.create_task(self._fill(place, request), name=name)

    async def _fill(self, place: _Place, request: CredentialRequest) -> None:
        found = await request.credentials()
        while (worker := await self._successor(place, request.account, found)) is None:
            request.refused = place.trouble
            place.tried.set()
            self._changed()
            await asyncio.sleep(FAULT_S)
        before, place.worker = place.worker, worker
        place.request, place.opening, place.trouble = None, None, ""
        worker.start()
        place.tried.set()
        if isinstance(before, UnavailableAccount):
            for press in before.take_queued():
                worker.cancel(press.action, press.scope)
            worker.take_denied((*before.view.earlier, *before.view.reports))
        self._changed()
        with suppress(Exception):  # a fault in what ends must not reach what begins
            await before.stop()

    async def _successor(
        self, place: _Place, account: Account, found: Credentials
    ) -> AccountWorker | None:
        """The worker that comes next, once nothing of the one before would be lost; None, with the
        place's trouble, if it cannot begin by a fault of ours."""
        try:
            await self._prepare()
            while not isinstance(place.worker, UnavailableAccount):
                place.trouble = refusal([place.worker.view], [account.name])
                if not place.trouble:
                    break
                self._changed()
                await asyncio.sleep(FREE_LOOK_S)
            return self._hire(account, found)
        except Exception as error:  # noqa: BLE001  one account's trouble stays in its panel
            place.trouble = (
                f"a fault of killdesk's own at the start: {describe_internal_error(error)}"
            )
            return None

    def _absent(
        self, account: Account, request: CredentialRequest | None = None
    ) -> UnavailableAccount:
        return UnavailableAccount(account, self._clock, self._changed, self._ended, request)


async def _settled(place: _Place, at_most_s: float) -> None:
    """Returns when the place has its new worker, or a first answer without credentials."""
    request = place.request
    if request is None:
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(at_most_s):
            await request.answered.wait()
            if not request.refused:
                await place.tried.wait()
