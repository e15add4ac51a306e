"""The desk at work, in a thread and an event loop of its own, whatever the screen is doing."""

from __future__ import annotations

import asyncio
import gc
import logging
import ssl
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

from tui.core.accounts import Account
from tui.core.actions import EVERYTHING, Report, Scope
from tui.core.clocks import Clock, read_clock
from tui.core.desk import DeskView, Health, NewSettings, Secrets
from tui.core.frames import FrameFeed
from tui.core.secrets import Credentials
from tui.service.absent import AbsentWorker
from tui.service.audit import Audit
from tui.service.cancel_run import RunLimits
from tui.service.precedence import Precedence
from tui.service.reconfigure import changed_names, refusal
from tui.service.recorder import Recorder
from tui.service.rest_route import tls_context
from tui.service.timers import Timers
from tui.service.watching import WatchingWorker
from tui.service.worker import POLL_S, AccountWorker
from tui.venues import dialect_of

PUBLISH_S = 0.02
"""Changes within so long make one picture."""
PICTURE_SHARE = 0.1
"""Of the time at most; with many accounts a picture takes long, and sends must not wait for it."""
RECORD_S = 0.005
"""From a press to the writing of its record, which gives way to what is being sent."""
WATCH_SCREEN_S = 1.0
RESOLVERS = 64
"""Threads for look-ups of host names: a name server that does not answer holds one each."""
SOCKET_S = 0.5
"""How long a cancel without a screen lets a socket log in, where nothing else is to be learned."""
COLLECT_AFTER = (50_000, 20, 20)
"""Garbage is looked for more rarely than by default: each look stops every thread."""
DISARM_WAIT_S = 4.0
"""How long a stop waits for a disarm that is under way."""

Worker: TypeAlias = AccountWorker | AbsentWorker
READING_KEYRING = "reading the keyring"


class LiveDesk:
    """The service. Implements `tui.core.desk.Desk`; see there for what a screen may ask.

    In the folder `locks` the killdesks of one machine keep out of each other's timers; without it
    they do not. With `view_only` it reads, and has no way to send a cancel or a beat. What happens
    is recorded by `audit`, which begins and ends with the service.
    """

    def __init__(
        self,
        accounts: Sequence[Account],
        secrets: Callable[[], Secrets],
        *,
        screen_grace_s: float = 30.0,
        notice: Callable[[], str] = str,
        clock: Clock = read_clock,
        limits: RunLimits | None = None,
        poll_s: float = POLL_S,
        locks: Path | None = None,
        view_only: bool = False,
        audit: Audit | None = None,
    ) -> None:
        self.frames = FrameFeed()
        self.audit = audit
        self._worker_class = WatchingWorker if view_only else AccountWorker
        self._accounts = accounts
        self._secrets = secrets
        self._screen_grace_s = screen_grace_s
        self._read_notice = notice
        self._notice = ""
        self._clock = clock
        self._limits = limits
        self._poll_s = poll_s
        self._locks = locks
        self._watcher: Callable[[], None] | None = None
        self._nudged = threading.Event()
        self._screen_seen = clock()
        self._workers: dict[str, Worker] = {}
        self._view = DeskView(())
        self._publishing = False
        self._picture_took_s = 0.0
        self._loop = asyncio.new_event_loop()
        self._precedence = Precedence(clock)
        recorded = audit.frame if audit is not None else None
        self._recorder = Recorder(self.frames, clock, self._changed, self._later, recorded)
        self._stop = asyncio.Event()
        self._opened = asyncio.Event()
        self._one_change = asyncio.Lock()
        self._changes: set[asyncio.Task[object]] = set()
        self._tls: ssl.SSLContext | None = None
        self._running = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="killdesk service", daemon=True)

    # --- life, called from outside ----------------------------------------------------------------

    def start(self) -> None:
        """Starts the thread and returns when every account has its place in the picture.

        `secrets` and `notice` (a desk-wide warning) are called in a thread of their own, so that
        a slow keyring holds up nothing.
        """
        _silence_libraries()
        gc.set_threshold(*COLLECT_AFTER)
        if self.audit is not None:
            self.audit.changed = lambda: self._ask(self._changed)
            self.audit.held_s = lambda: self._precedence.held_s
            self.audit.start()
        self._thread.start()
        self._running.wait()

    def stop(self, timeout_s: float = 8.0) -> None:
        """Ends the service; a timer is left to fire unless its settings say `disarm`.

        Waits for a disarm that is under way, but not for long.
        """
        if self._thread.is_alive():
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(timeout_s)
        if self.audit is not None:
            self.audit.close()

    # --- Desk -------------------------------------------------------------------------------------

    @property
    def view(self) -> DeskView:
        return self._view

    def watch(self, changed: Callable[[], None]) -> None:
        self._watcher = changed

    def caught_up(self) -> None:
        self._nudged.clear()

    def screen_alive(self) -> None:
        self._screen_seen = self._clock()

    def cancel(self, account: str, action: str | None = None, scope: Scope = EVERYTHING) -> None:
        one = self._of(account, lambda worker: worker.cancel(action, scope))
        self._press(one, "cancel", account, action, scope)

    def panic(self) -> None:
        def all_at_once() -> None:
            # The farthest venue first, its way is the longest; each by a call of its own, as a
            # fault in one account must not stop the others.
            for worker in sorted(self._workers.values(), key=lambda one: -one.round_trip_ms):
                self._ask(worker.cancel)

        self._press(all_at_once, "panic")

    def arm(self, account: str) -> None:
        arm = self._of(account, lambda worker: _timed(worker, Timers.arm))
        self._press(arm, "arm", account)

    def disarm(self, account: str) -> None:
        disarm = self._of(account, lambda worker: _timed(worker, Timers.disarm))
        self._press(disarm, "disarm", account)

    def cancel_then_disarm(self, account: str) -> None:
        both = self._of(account, lambda worker: worker.cancel_then_disarm())
        self._press(both, "cancel, then disarm", account)

    def confirm_presence(self) -> None:
        def present() -> None:
            for timers in self._timers:
                timers.confirm_presence()

        self._press(present, "presence")

    def note(self, kind: str, text: str) -> None:
        if self.audit is not None:
            self.audit.note(kind, text=text)

    def refresh(self, account: str) -> None:
        self._ask(self._of(account, lambda worker: worker.refresh()))

    def reconfigure(self, new: NewSettings) -> Future[str]:
        change = self._reconfigure(new)
        try:
            return asyncio.run_coroutine_threadsafe(change, self._loop)
        except RuntimeError:  # a desk that has stopped
            change.close()
            stopped: Future[str] = Future()
            stopped.set_result("the desk has stopped; start killdesk again")
            return stopped

    def cancel_to_the_end(self, learn_s: float) -> list[Report]:
        """Cancels everything everywhere and waits for the outcomes: for callers without a screen.

        Each account goes as soon as it knows its own family, after `learn_s` in any case. Blocks.
        """

        async def run(name: str) -> list[Report]:
            families = dialect_of(self._workers[name].account).spec.families
            # Where the calls do not depend on it, only the socket is given a moment to log in.
            await self._workers[name].learned(learn_s if families else min(learn_s, SOCKET_S))
            return await self._workers[name].cancel_to_the_end()

        async def run_all() -> list[Report]:
            await self._opened.wait()
            ended = await asyncio.gather(*(run(account.name) for account in self._accounts))
            return [report for reports in ended for report in reports]

        self._press(lambda: None, "panic")
        return asyncio.run_coroutine_threadsafe(run_all(), self._loop).result()

    @property
    def _timers(self) -> list[Timers]:
        return [worker.timers for worker in self._workers.values() if worker.timers is not None]

    def _of(self, account: str, command: Callable[[Worker], object]) -> Callable[[], None]:
        def ask() -> None:
            worker = self._workers.get(account)
            if worker is not None:  # it may have been taken off the desk meanwhile
                command(worker)

        return ask

    def _press(
        self,
        command: Callable[[], None],
        what: str,
        account: str = "",
        action: str | None = None,
        scope: Scope = EVERYTHING,
    ) -> None:
        """Puts it on record, then hands it over; it is written when it has been sent."""
        audit = self.audit
        if audit is None:
            self._ask(command)
            return

        def go() -> None:
            self._later(RECORD_S, audit.wake)
            command()

        audit.press(what, account, action, scope)
        self._ask(go)

    def _ended(self, report: Report) -> None:
        if self.audit is not None:
            self.audit.outcome(report)

    def _ask(self, command: Callable[[], object]) -> None:
        # A desk that has stopped has nothing left to do; the screen is on its way out.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(command)

    # --- in the service's thread ------------------------------------------------------------------

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.set_exception_handler(self._stray)
        # Name servers that do not answer hold a thread each; the others must not wait for one.
        self._loop.set_default_executor(ThreadPoolExecutor(RESOLVERS, "killdesk helper"))
        try:
            self._loop.run_until_complete(self._main())
        finally:
            self._loop.close()

    async def _main(self) -> None:
        for account in self._accounts:
            self._workers[account.name] = AbsentWorker(
                account, READING_KEYRING, self._clock, self._changed, Health.CONNECTING
            )
        self._publish()
        self._running.set()
        opening = asyncio.create_task(self._open(), name="open accounts")
        screen = asyncio.create_task(self._watch_screen(), name="screen watch")
        await self._stop.wait()
        screen.cancel()
        opening.cancel()
        for change in self._changes:
            change.cancel()
        await asyncio.gather(screen, opening, *self._changes, return_exceptions=True)
        await self._finish()

    async def _open(self) -> None:
        """Reads the credentials, then starts every account's work."""
        await self._begin(self._accounts)
        self._opened.set()

    async def _begin(self, accounts: Sequence[Account]) -> None:
        try:
            if self._tls is None:
                self._tls = await asyncio.to_thread(tls_context)
            secrets = await asyncio.to_thread(self._secrets) if accounts else {}
            self._notice = await asyncio.to_thread(self._read_notice)
            for account in accounts:
                found = secrets.get(account.name, "there are no credentials for this account")
                self._put(account, self._worker_for(account, found, self._tls))
        except Exception as error:  # noqa: BLE001  shown in the panels; no press goes unanswered
            for account in accounts:
                if self._workers[account.name].opening:
                    self._put(account, self._absent(account, _own_fault(error)))
        self._changed()

    async def _reconfigure(self, new: NewSettings) -> str:
        """Changed accounts begin anew, as at the start: presses made meanwhile are held."""
        task = asyncio.current_task()
        assert task is not None
        self._changes.add(task)
        task.add_done_callback(self._changes.discard)
        await self._opened.wait()
        async with self._one_change:
            views = [worker.view for worker in self._workers.values()]
            changed = changed_names(self._accounts, new, views)
            if refused := refusal(views, changed):
                return refused
            before, self._accounts = self._workers, tuple(new.accounts)
            self._workers = {
                account.name: before[account.name]
                if account.name in before and account.name not in changed
                else AbsentWorker(
                    account, READING_KEYRING, self._clock, self._changed, Health.CONNECTING
                )
                for account in self._accounts
            }
            self._screen_grace_s = new.screen_grace_s
            self._changed()
            await asyncio.gather(*(before[name].stop() for name in changed if name in before))
            beginning = [account for account in self._accounts if account.name in changed]
            self._secrets = lambda: new.secrets(beginning)
            self._read_notice = new.notice
            await self._begin(beginning)
            self._publish()
        return ""

    def _worker_for(
        self, account: Account, found: Credentials | str, tls: ssl.SSLContext
    ) -> Worker:
        if isinstance(found, str):
            return self._absent(account, found)
        self._recorder.learn(found.values())
        try:
            return self._worker_class(
                account,
                found,
                self._recorder,
                self._precedence,
                self._clock,
                tls,
                self._changed,
                self._limits,
                self._poll_s,
                self._locks,
                self._ended,
            )
        except Exception as error:  # noqa: BLE001  one account's trouble stays in its panel
            return self._absent(account, _own_fault(error))

    def _absent(self, account: Account, reason: str) -> AbsentWorker:
        return AbsentWorker(account, reason, self._clock, self._changed, ended=self._ended)

    def _put(self, account: Account, worker: Worker) -> None:
        """The account's worker from now on; presses made while it was opening go out now."""
        waiting = self._workers[account.name].held
        self._workers[account.name] = worker
        worker.start()
        for action, scope in waiting:
            worker.cancel(action, scope)

    async def _finish(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(DISARM_WAIT_S):
                for timers in self._timers:
                    timers.leave()
                for timers in self._timers:
                    await timers.disarmed()
        await asyncio.gather(*(worker.stop() for worker in self._workers.values()))
        self._recorder.flush()
        self._publish()

    async def _watch_screen(self) -> None:
        """Withholds the beats while the screen does not answer: it protects nobody then."""
        withheld = False
        while True:
            await asyncio.sleep(WATCH_SCREEN_S)
            silent_s = self._clock().steady_since(self._screen_seen)
            if (silent_s > self._screen_grace_s) is withheld:
                continue
            withheld = not withheld
            for timers in self._timers:
                timers.screen_silent(silent_s if withheld else 0.0)

    def _later(self, wait_s: float, work: Callable[[], None]) -> None:
        """Calls `work` after so long, and not while a press is going out."""

        def due() -> None:
            if held_s := self._precedence.held_s:
                self._loop.call_later(held_s, due)
            else:
                work()

        self._loop.call_later(wait_s, due)

    def _stray(self, loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        """A fault that no task owns: named on the screen, its text kept from it."""
        error = context.get("exception")
        self._notice = f"a fault of killdesk's own: {type(error).__name__}; start it again"
        self._changed()

    def _changed(self) -> None:
        if not self._publishing:
            self._publishing = True
            wait_s = max(PUBLISH_S, self._picture_took_s / PICTURE_SHARE)
            self._later(wait_s, self._publish)

    def _publish(self) -> None:
        self._publishing = False
        begun = self._clock()
        notice, head = self._notice, ""
        if self.audit is not None:
            notice = "; ".join(filter(None, (notice, self.audit.fault)))
            head = self.audit.head
        accounts = tuple(worker.view for worker in self._workers.values())
        self._view = DeskView(accounts, notice, head)
        if self.audit is not None and not self._stop.is_set():  # its routes are closing by then
            self.audit.picture(self._view)
        self._picture_took_s = self._clock().steady_since(begun)
        if self._watcher is not None and not self._nudged.is_set():
            self._nudged.set()
            self._watcher()


def _timed(worker: Worker, command: Callable[[Timers], None]) -> None:
    if worker.timers is not None:
        command(worker.timers)


def _own_fault(error: Exception) -> str:
    return f"a fault of killdesk's own at the start: {type(error).__name__}"


def _silence_libraries() -> None:
    """At INFO and below these log URLs, headers and login messages; ours is the frame log."""
    logging.getLogger("websockets").setLevel(logging.WARNING)
