"""The desk at work, in a thread and an event loop of its own, whatever the screen is doing."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from tui.core.accounts import Account
from tui.core.actions import EVERYTHING, Outcome, Report, Scope
from tui.core.clocks import Clock, read_clock
from tui.core.desk import DeskView, NewSettings, ReadCredentials
from tui.core.errors import describe_internal_error
from tui.core.frames import FrameFeed
from tui.core.secrets import Credentials
from tui.service.account.pool import NOT_KNOWN, Worker, WorkerPool
from tui.service.account.read_only import ReadOnlyWorker
from tui.service.account.worker import POLL_S, AccountWorker
from tui.service.audit.writer import CLOSE_S, Audit
from tui.service.cancel.run import RunLimits
from tui.service.deadman.timers import Timers
from tui.service.desk.cancel_priority import CancelPriority
from tui.service.desk.event_loop import run_service
from tui.service.desk.publisher import Publisher
from tui.service.desk.reconfigure import changed_names, on_record, refusal
from tui.service.desk.ui_watchdog import UiWatchdog
from tui.service.network.frame_recorder import Recorder
from tui.service.network.http_client import load_libraries
from tui.service.network.rest_route import tls_context
from tui.service.secrets.credential_request import ANSWER_S

T = TypeVar("T")


class LiveDesk:
    """The service. Implements `tui.core.desk.Desk`; see there for what a screen may ask.

    In the folder `locks` the killdesks of one machine keep out of each other's timers; without it
    they do not. With `view_only` it reads, and has no way to send a cancel or a beat. What happens
    is recorded by `audit`, which begins and ends with the service.
    """

    def __init__(
        self,
        accounts: Sequence[Account],
        secrets: ReadCredentials,
        *,
        screen_grace_s: float = 30.0,
        notice: Callable[[], str] = str,
        clock: Clock = read_clock,
        limits: RunLimits | None = None,
        poll_s: float = POLL_S,
        locks: Path | None = None,
        view_only: bool = False,
        audit: Audit | None = None,
        answer_s: float = ANSWER_S,
    ) -> None:
        self.frames = FrameFeed()
        self.audit = audit
        self.on_end: Callable[[str], None] = lambda _: None
        """Called in the service's thread if that ends on a fault, with a sentence."""
        self._worker_class = ReadOnlyWorker if view_only else AccountWorker
        self._secrets = secrets
        self._read_notice = notice
        self._notice = self._fault = ""
        self._clock = clock
        self._limits = limits
        self._poll_s = poll_s
        self._locks = locks
        self._loop = asyncio.new_event_loop()
        self._precedence = CancelPriority(clock)
        later = partial(self._precedence.later, self._loop)
        recorded = audit.frame if audit is not None else None
        self._publisher = Publisher(self._draw, clock, later)
        changed = self._publisher.changed
        self._recorder = Recorder(self.frames, clock, self._publisher.heard, later, recorded)
        self._workers = WorkerPool(
            accounts, self._load_network, self._hire, clock, changed, self._ended, answer_s
        )
        self._screen = UiWatchdog(screen_grace_s, clock, lambda: self._workers.timers)
        self._stop = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None
        self._one_change = asyncio.Lock()
        self._changes: set[asyncio.Task[Any]] = set()
        self._tls: ssl.SSLContext | None = None
        self._one_load = asyncio.Lock()
        self._running, self._over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._serve, name="killdesk service", daemon=True)

    # --- life, called from outside ----------------------------------------------------------------

    def start(self) -> None:
        """Starts the thread and returns when every account has its place in the picture.

        `secrets` and `notice` (a desk-wide warning) are called in threads of their own, so that
        a slow keyring holds up nothing.
        """
        if self.audit is not None:
            self.audit.changed = lambda: self._ask(self._publisher.changed)
            self.audit.held_s = lambda: self._precedence.held_s
            self._record(Audit.start)
        self._thread.start()
        self._running.wait()
        if self._over.is_set():
            raise RuntimeError("the service ended as it began")

    def stop(self, timeout_s: float = 8.0, record_s: float = CLOSE_S) -> None:
        """Ends the service; a timer is left to fire unless its settings say `disarm`.

        Waits for a disarm that is under way, but not for long, and then at most `record_s` for the
        record.
        """
        if self._thread.is_alive():
            self._ask(self._stop.set)
            self._thread.join(timeout_s)
        if self.audit is not None:
            self.audit.close(record_s)

    # --- Desk -------------------------------------------------------------------------------------

    @property
    def view(self) -> DeskView:
        return self._publisher.view

    def view_now(self, at_most_s: float) -> DeskView:
        """The picture with every press that was handed over so far. Blocks; where the service does
        not answer in that time, the newest picture."""
        with suppress(Exception):  # also where a picture cannot be drawn: there is an older one
            self._answer(self._publisher.publish, at_most_s)
        return self.view

    def watch(self, changed: Callable[[], None]) -> None:
        self._publisher.watch(changed)

    def caught_up(self) -> None:
        self._publisher.caught_up()

    def screen_alive(self) -> None:
        self._screen.alive()

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
            for timers in self._workers.timers:
                timers.confirm_presence()

        self._press(present, "presence")

    def note(self, kind: str, text: str) -> None:
        self._record(lambda audit: audit.note(kind, text=text))

    def refresh(self, account: str) -> None:
        self._ask(lambda: self._workers.refresh(account))

    def reconfigure(self, new: NewSettings) -> Future[str]:
        change = self._reconfigure(new)
        try:
            return asyncio.run_coroutine_threadsafe(change, self._loop)
        except RuntimeError:  # a desk that has stopped
            change.close()
            stopped: Future[str] = Future()
            stopped.set_result("the desk has stopped; start killdesk again")
            return stopped

    def cancel_to_the_end(self, learn_s: float, credentials_s: float) -> list[Report]:
        """Cancels everything everywhere and waits for the outcomes: for callers without a screen.

        Each account waits for its own credentials, for `credentials_s` at most, and then until it
        knows its own family, for `learn_s` at most. Blocks.
        """
        return self.begin_cancel(learn_s, credentials_s).result()

    def begin_cancel(self, learn_s: float, credentials_s: float) -> Future[list[Report]]:
        """As `cancel_to_the_end`, without waiting."""
        self._press(lambda: None, "panic")
        ended = self._workers.cancel_to_the_end(learn_s, credentials_s)
        return asyncio.run_coroutine_threadsafe(ended, self._loop)

    def withhold(self) -> None:
        """From now on `begin_cancel` sends nothing on an account on which it has not begun."""
        self._ask(self._workers.withheld.set)

    def reports_so_far(self, at_most_s: float) -> list[Report]:
        """What is known now of each account; what is under way is unresolved. Blocks."""
        try:
            return self._answer(self._workers.reports_so_far, at_most_s)
        except (RuntimeError, TimeoutError):  # the loop is over, or stands still
            return [
                Report(
                    one.name,
                    one.venue,
                    action.id,
                    Outcome.UNRESOLVED,
                    message=NOT_KNOWN,
                    coverage=one.coverage,
                )
                for one in self.view.accounts
                for action in one.actions
            ]

    def _answer(self, look: Callable[[], T], at_most_s: float) -> T:
        """What `look` returns in the service's loop. Raises RuntimeError where that is over, and
        TimeoutError where it does not answer."""

        async def answer() -> T:
            return look()

        if self._loop.is_closed():
            raise RuntimeError("the service is over")
        return asyncio.run_coroutine_threadsafe(answer(), self._loop).result(at_most_s)

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
        """Puts it on record, then hands it over; a record that takes its time is not waited for."""
        self._record(lambda audit: audit.press(what, account, action, scope))
        self._ask(command)

    def _ended(self, report: Report) -> None:
        self._record(lambda audit: audit.outcome(report))

    def _covered(self, report: Report) -> None:
        self._record(lambda audit: audit.remainder(report))

    def _record(self, tell: Callable[[Audit], None]) -> None:
        """Puts something on record, if there is one. A fault there is shown, and stops nothing."""
        if self.audit is None:
            return
        try:
            tell(self.audit)
        except Exception as error:  # noqa: BLE001  no cancel is to wait for it, none to fail by it
            self._ask(partial(self._stray, error))

    def _ask(self, command: Callable[[], object]) -> None:
        # A desk that has stopped has nothing left to do; the screen is on its way out.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(command)

    # --- in the service's thread ------------------------------------------------------------------

    def _serve(self) -> None:
        fault = ""
        try:
            run_service(self._loop, self._main, self._stray)
        except Exception as error:  # noqa: BLE001  the screen shows it; this thread writes over it
            what = describe_internal_error(error)
            fault = (
                f"the service stopped on a fault of killdesk's own ({what}): "
                "nothing more is sent; start killdesk again"
            )
        finally:
            self._over.set()
            self._running.set()  # nobody waits for a start that has failed
        if fault:
            self.on_end(fault)

    async def _main(self) -> None:
        self._workers.open(self._secrets)
        self._publisher.publish()
        self._running.set()
        self._look_for_notice(self._read_notice)
        screen = asyncio.create_task(self._screen.run(), name="screen watch")
        await self._stop.wait()
        screen.cancel()
        for change in self._changes:
            change.cancel()
        await asyncio.gather(screen, *self._changes, return_exceptions=True)
        await self._workers.stop()
        self._recorder.flush()
        self._publisher.publish()

    async def _reconfigure(self, new: NewSettings) -> str:
        task = asyncio.current_task()
        assert task is not None
        self._keep_until_done(task)
        async with self._one_change:
            views = self._workers.views
            changed = changed_names(self._workers.accounts, new)
            refused = refusal(views, changed)
            fields = on_record(self._workers.accounts, new, changed, refused)
            self._record(lambda audit: audit.note("settings", **fields))
            if not refused:
                self._screen.grace_s = new.screen_grace_s
                self._look_for_notice(new.notice)
                await self._workers.exchange(new.accounts, new.renewed, new.secrets)
                self._publisher.publish()
        return refused

    def _look_for_notice(self, notice: Callable[[], str]) -> None:
        """Shows the desk-wide warning once it is known; nothing waits for it."""

        async def look() -> None:
            try:
                self._notice = await asyncio.to_thread(notice)
            except Exception as error:  # noqa: BLE001  a warning that cannot be had stops nothing
                self._stray(error)
            self._publisher.changed()

        if self._looking is not None:
            self._looking.cancel()
        self._looking = asyncio.create_task(look(), name="notice")
        self._keep_until_done(self._looking)

    def _keep_until_done(self, task: asyncio.Task[Any]) -> None:
        self._changes.add(task)
        task.add_done_callback(self._changes.discard)

    async def _load_network(self) -> None:
        async with self._one_load:
            if self._tls is None:
                loaded = asyncio.gather(
                    asyncio.to_thread(load_libraries), asyncio.to_thread(tls_context)
                )
                _, self._tls = await loaded

    def _hire(self, account: Account, found: Credentials) -> AccountWorker:
        assert self._tls is not None
        self._recorder.learn(found.values())
        return self._worker_class(
            account,
            found,
            self._recorder,
            self._precedence,
            self._clock,
            self._tls,
            self._publisher.changed,
            self._limits,
            self._poll_s,
            self._locks,
            self._ended,
            self._covered,
        )

    def _stray(self, fault: object) -> None:
        """A fault that no task owns: named on the screen, its text kept from it."""
        kind = describe_internal_error(fault) if isinstance(fault, BaseException) else "unknown"
        text = f"a fault of killdesk's own: {kind}; start it again"
        if text != self._fault:  # to draw it may fail for the same reason
            self._fault = text
            self._publisher.changed()

    def _draw(self) -> DeskView:
        try:
            self._recorder.catch_up()
        except Exception as error:  # noqa: BLE001  a frame that cannot be cleaned costs no picture
            self._stray(error)
        broken, head = (self.audit.fault, self.audit.head) if self.audit is not None else ("", "")
        notice = "; ".join(filter(None, (self._notice, self._fault, broken)))
        view = DeskView(self._workers.views, notice, head)
        if not self._stop.is_set():  # its routes are closing by then
            self._record(lambda audit: audit.picture(view))
        return view


def _timed(worker: Worker, command: Callable[[Timers], None]) -> None:
    if worker.timers is not None:
        command(worker.timers)
