"""Which worker stands for which account: while it is opened, once it is, and for new settings."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TypeAlias

from tui.core.accounts import Account
from tui.core.actions import Outcome, Report
from tui.core.clocks import Clock
from tui.core.desk import AccountView, Health, Secrets
from tui.core.secrets import Credentials
from tui.service.absent import AbsentWorker
from tui.service.timers import Timers
from tui.service.worker import AccountWorker
from tui.venues import dialect_of

Worker: TypeAlias = AccountWorker | AbsentWorker
Hire: TypeAlias = Callable[[Account, Credentials], AccountWorker]
"""Gives an account's worker, not yet started."""
Read: TypeAlias = Callable[[Sequence[Account]], Secrets]
"""Asked for credentials in a thread of its own, so that a slow keyring holds up nothing."""

READING_KEYRING = "reading the keyring"
SOCKET_S = 0.5
"""How long a cancel without a screen lets a socket log in, where nothing else is to be learned."""
WITHHELD = "interrupted before anything was sent"
NOT_KNOWN = "interrupted before its outcome was known"
DISARM_WAIT_S = 4.0
"""How long a stop waits for a disarm that is under way."""


class Workers(Mapping[str, Worker]):
    """By the names of their accounts, in the order of the settings.

    Every account has a worker at any time: one that holds its presses until there are credentials,
    and one that denies them where there are none.
    """

    def __init__(
        self,
        accounts: Sequence[Account],
        hire: Hire,
        clock: Clock,
        changed: Callable[[], None],
        ended: Callable[[Report], None],
    ) -> None:
        """`ended` is told of each cancel that ended."""
        self.opened = asyncio.Event()
        """Set once every account has begun."""
        self.withheld = asyncio.Event()
        """Once it is set, `cancel_to_the_end` begins on no account any more."""
        self._hire = hire
        self._clock = clock
        self._changed = changed
        self._ended = ended
        self._workers: dict[str, Worker] = {one.name: self._awaiting(one) for one in accounts}

    def __getitem__(self, name: str) -> Worker:
        return self._workers[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._workers)

    def __len__(self) -> int:
        return len(self._workers)

    @property
    def accounts(self) -> list[Account]:
        return [worker.account for worker in self.values()]

    @property
    def views(self) -> tuple[AccountView, ...]:
        return tuple(worker.view for worker in self.values())

    @property
    def timers(self) -> list[Timers]:
        """Of the accounts that may hold one."""
        return [worker.timers for worker in self.values() if worker.timers is not None]

    async def open(self, read: Read) -> None:
        """Starts the work of every account."""
        try:
            await self._begin(self.accounts, read)
        finally:
            self.opened.set()

    async def exchange(
        self, accounts: Sequence[Account], changed: Collection[str], read: Read
    ) -> None:
        """Goes on with `accounts`; those named in `changed` begin anew, as at the start."""
        before = self._workers
        self._workers = {
            account.name: before[account.name]
            if account.name in before and account.name not in changed
            else self._awaiting(account)
            for account in accounts
        }
        self._changed()
        ending = (before[name].stop() for name in changed if name in before)
        # A fault in what ends must not keep what begins, and the presses held for it.
        await asyncio.gather(*ending, return_exceptions=True)
        await self._begin([account for account in accounts if account.name in changed], read)

    async def cancel_to_the_end(self, learn_s: float) -> list[Report]:
        """Cancels everything everywhere and waits for the outcomes.

        Each account goes as soon as it knows its own family, after `learn_s` in any case; once it
        is `withheld`, it denies the press instead.
        """

        async def run(name: str) -> list[Report]:
            families = dialect_of(self[name].account).spec.families
            # Where the calls do not depend on it, only the socket is given a moment to log in.
            at_most_s = learn_s if families else min(learn_s, SOCKET_S)
            if await self._unless_withheld(self[name].learned(at_most_s)):
                return await self[name].cancel_to_the_end()
            return self._withhold(self[name])

        if not await self._unless_withheld(self.opened.wait()):
            return [report for worker in self.values() for report in self._withhold(worker)]
        ended = await asyncio.gather(*map(run, self))
        return [report for reports in ended for report in reports]

    def reports_so_far(self) -> list[Report]:
        """What is known now: what is under way is unresolved, what never began is denied."""
        found = []
        for worker in self.values():
            view = worker.view
            under_way = {run.action: run for run in view.runs if not worker.opening}
            ended = [report for report in view.reports if report.action not in under_way]
            found += ended
            found += [
                replace(
                    self._report(worker, action, Outcome.UNRESOLVED, f"{NOT_KNOWN}: {run.step}"),
                    started_ms=run.started_ms,
                )
                for action, run in under_way.items()
            ]
            if not ended and not under_way:
                found += self._withhold(worker)
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
        reports = [
            self._report(worker, action.id, Outcome.DENIED, WITHHELD)
            for action in worker.view.actions
        ]
        for report in reports:
            self._ended(report)
        return reports

    def _report(self, worker: Worker, action: str, outcome: Outcome, message: str) -> Report:
        account, now_ms = worker.account, self._clock().wall_ms
        first = Report(account.name, account.venue, action, outcome, started_ms=now_ms)
        return replace(first, ended_ms=now_ms, message=message)

    async def stop(self) -> None:
        """Ends the work of every account, once its timers are as their settings want them left."""
        with suppress(TimeoutError):
            async with asyncio.timeout(DISARM_WAIT_S):
                for timers in self.timers:
                    timers.leave()
                for timers in self.timers:
                    await timers.disarmed()
        await asyncio.gather(*(worker.stop() for worker in self.values()))

    async def _begin(self, accounts: Sequence[Account], read: Read) -> None:
        try:
            secrets = await asyncio.to_thread(read, accounts)
            for account in accounts:
                found = secrets.get(account.name, "there are no credentials for this account")
                self._put(account, self._worker_for(account, found))
        except Exception as error:  # noqa: BLE001  shown in the panels; no press goes unanswered
            for account in accounts:
                if self[account.name].opening:
                    self._put(account, self._absent(account, _own_fault(error)))
        self._changed()

    def _worker_for(self, account: Account, found: Credentials | str) -> Worker:
        if isinstance(found, str):
            return self._absent(account, found)
        try:
            return self._hire(account, found)
        except Exception as error:  # noqa: BLE001  one account's trouble stays in its panel
            return self._absent(account, _own_fault(error))

    def _awaiting(self, account: Account) -> AbsentWorker:
        return self._absent(account, READING_KEYRING, Health.CONNECTING)

    def _absent(self, account: Account, reason: str, health: Health = Health.DOWN) -> AbsentWorker:
        return AbsentWorker(account, reason, self._clock, self._changed, health, self._ended)

    def _put(self, account: Account, worker: Worker) -> None:
        """The account's worker from now on; presses made while it was opened go out now."""
        waiting = self[account.name].held
        self._workers[account.name] = worker
        worker.start()
        for press in waiting:
            worker.cancel(press.action, press.scope)


def _own_fault(error: Exception) -> str:
    return f"a fault of killdesk's own at the start: {type(error).__name__}"
