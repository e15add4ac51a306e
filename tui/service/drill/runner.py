"""The drill: the whole kill path of a desk, driven by the real service on simulated venues.

Nothing real is touched. The accounts have the simulator's own keys and its address on this machine;
no keyring is opened, no settings of an account's guards or addresses are used.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from tui.core.accounts import Account
from tui.core.actions import worst_first
from tui.core.clocks import read_clock
from tui.core.deadman.view import TimerState
from tui.core.desk import AccountView, Health
from tui.core.drill import NO_ORDERS, AccountDrill, Drill, DrillPlan
from tui.core.formatting import seconds
from tui.service.demo import DemoDesk, DemoError, demo_desk
from tui.service.desk.live import LiveDesk
from tui.service.drill.plan import account_of, sort_of
from tui.service.drill.simulator_client import SimulatorControl, State

READY_S = 60.0
PANIC_S = 300.0
"""A run ends by itself long before; this only keeps a drill from lasting for ever."""
TIMERS_S = 30.0
LOOK_S = 0.1
"""At most between two looks at the desk; a change that it tells of is looked at at once."""
FRAMES_S = 10.0
"""So long the frames of the cancels are waited for: they come a little after what they tell of."""
TELL_S = 0.1
NO_SCREEN_S = 3600.0
MOST_AT_ONCE = 5_000
"""Orders that the simulator rests in one call."""

Told = Callable[[Drill], None]


class _Halted(Exception):
    """The drill cannot go on; the text says why."""


def run_drill(plan: DrillPlan, told: Told = lambda _: None) -> Drill:
    """Runs the drill to its end; blocks. Never raises for what goes wrong in it: the result says.

    `told` is called with how far it has come, a few times a second at most, and with the end.
    """
    drilled = tuple(
        AccountDrill(account.name, account.venue, account.count) for account in plan.accounts
    )
    running = _Running(plan, Drill(read_clock().wall_ms, drilled), told)
    try:
        running.go()
    except (_Halted, DemoError) as error:
        running.put(problem=str(error))
    except OSError as error:
        running.put(problem=f"the simulated venues do not answer: {type(error).__name__}")
    running.put(done=True)
    left_out = tuple(AccountDrill.left_out(*one) for one in plan.left_out)
    running.drill = replace(running.drill, accounts=(*running.drill.accounts, *left_out))
    told(running.drill)
    return running.drill


class _Running:
    """One drill under way."""

    def __init__(self, plan: DrillPlan, drill: Drill, told: Told) -> None:
        self.drill = drill
        self._plan = plan
        self._told = told
        self._told_s = 0.0
        self._changed = threading.Event()

    def put(self, *, done: bool = False, problem: str = "") -> None:
        """Notes the end, or the first problem."""
        kept = self.drill.problem or problem
        self.drill = replace(self.drill, done=done or self.drill.done, problem=kept)

    def go(self) -> None:
        """The steps, one after the other. Raises what `run_drill` turns into the result."""
        if not self._plan.accounts:
            raise _Halted("there are no accounts to drill")
        if not sum(account.count for account in self._plan.accounts):
            raise _Halted(NO_ORDERS)
        begun = time.monotonic()
        named = [f"{account.name}={sort_of(account)}" for account in self._plan.accounts]
        with demo_desk(0, named) as demo:
            self.drill = replace(self.drill, url=demo.url)
            simulator = SimulatorControl(demo.url)
            self._rest_orders(simulator)
            self._step("simulator", begun)
            accounts = _accounts(self._plan, demo)
            secrets = demo.secrets
            desk = LiveDesk(
                accounts, lambda account: secrets[account.name], screen_grace_s=NO_SCREEN_S
            )
            desk.watch(self._changed.set)
            desk.start()
            try:
                self._connect(desk)
                self._panic(desk, simulator)
                self._hold(desk, simulator)
            finally:
                desk.stop()
            if simulator.changed_by_others():
                self.put(
                    problem="something else changed the simulated venues meanwhile, so this drill"
                    " does not count; run it again"
                )

    def _rest_orders(self, simulator: SimulatorControl) -> None:
        for account in self._plan.accounts:
            for kind, count in account.orders:
                for at in range(0, count, MOST_AT_ONCE):
                    some = min(MOST_AT_ONCE, count - at)
                    simulator.rest(account.name, kind, some)

    # --- the steps --------------------------------------------------------------------------------

    def _connect(self, desk: LiveDesk) -> None:
        begun = time.monotonic()

        def look() -> bool:
            for view in desk.view.accounts:
                if view.routes and all(route.up for route in view.routes):
                    self._first(view.name, "connect_ms", begun)
                if view.health is Health.READY:
                    self._first(view.name, "read_ms", begun)
            if all(one.connect_ms is not None for one in self.drill.accounts):
                self._step("connect", begun)
            return all(one.read_ms is not None for one in self.drill.accounts)

        ready = self._until(desk, look, READY_S)
        self._step("connect", begun)
        self._step("read", begun)
        for view in desk.view.accounts if not ready else ():
            if view.health is not Health.READY:
                self._account(view.name, message=view.reason)
                self.put(
                    problem=f"{view.name} was not ready within {seconds(READY_S)}: {view.reason}"
                )

    def _panic(self, desk: LiveDesk, simulator: SimulatorControl) -> None:
        desk.frames.drain(1_000_000)
        pressed, pressed_ms = time.monotonic(), read_clock().wall_ms
        desk.panic()

        def look() -> bool:
            for frame in desk.frames.drain():
                cancels = frame.direction == "out" and "cancel" in frame.text
                if cancels and self._of(frame.account).wire_ms is None:
                    self._account(frame.account, wire_ms=max(0.0, frame.at_ms - pressed_ms))
            ended = [self._ended(view) for view in desk.view.accounts]
            return all(ended)

        came = self._until(desk, look, PANIC_S)

        def sent() -> bool:
            look()
            return all(one.wire_ms is not None for one in self.drill.accounts)

        self._step("panic", pressed)
        self._until(desk, sent, FRAMES_S)
        if not came:
            self.put(problem=f"a cancel had no outcome within {seconds(PANIC_S)}")
        begun = time.monotonic()
        state = simulator.state()
        for account in self._plan.accounts:
            counts = state[account.name]["by_kind"]
            assert isinstance(counts, dict)
            self._account(account.name, left=sum(counts.get(kind, 0) for kind, _ in account.orders))
        self._step("check", begun)

    def _ended(self, view: AccountView) -> bool:
        """Notes an account's outcome, once all of its actions have one."""
        reports = worst_first(view.reports)
        if view.runs or {action.id for action in view.actions} - {one.action for one in reports}:
            return False
        acks = [report.ack_ms for report in reports if report.ack_ms is not None]
        empty = [report.confirmed_ms for report in reports if report.confirmed_ms is not None]
        worst = reports[0]
        whole = len(empty) == len(reports)
        text = "" if whole else f"{worst.action}: {worst.code} {worst.message}".strip()
        self._account(
            view.name,
            outcome=str(worst.outcome),
            ack_ms=round(max(acks), 1) if len(acks) == len(reports) else None,
            confirmed_ms=round(max(empty), 1) if whole else None,
            message=text,
        )
        return True

    def _hold(self, desk: LiveDesk, simulator: SimulatorControl) -> None:
        """Every timer armed once and switched off again; the venue itself says whether it is so."""
        held = {view.name: len(view.timers) for view in desk.view.accounts if view.timers}
        for name, timers in held.items():
            self._account(name, timers=timers)
        for step, figure, ask, state, on in (
            ("arm", "arm_ms", desk.arm, TimerState.ARMED, True),
            ("disarm", "disarm_ms", desk.disarm, TimerState.OFF, False),
        ):
            begun = time.monotonic()
            for name in held:
                ask(name)

            def look(
                wanted: TimerState = state, figure: str = figure, begun: float = begun
            ) -> bool:
                came = {
                    view.name
                    for view in desk.view.accounts
                    if view.name in held and all(timer.state is wanted for timer in view.timers)
                }
                for name in came:
                    self._first(name, figure, begun)
                return came == set(held)

            if not self._until(desk, look, TIMERS_S):
                self.put(
                    problem=f"a dead-man timer did not become {state} within {seconds(TIMERS_S)}"
                )
            self._step(step, begun)
            self._compare_timers(desk, simulator.state(), on=on)

    def _compare_timers(self, desk: LiveDesk, state: State, *, on: bool) -> None:
        word = "armed" if on else "off"
        for view in desk.view.accounts:
            timers = state[view.name]["timers"]
            assert isinstance(timers, dict)
            for timer in view.timers:
                if timers[timer.id]["armed"] is not on:
                    self.put(
                        problem=f"{view.name}: the venue does not say that {timer.id} is {word}"
                    )

    # --- what they share --------------------------------------------------------------------------

    def _until(self, desk: LiveDesk, look: Callable[[], bool], at_most_s: float) -> bool:
        """Looks at the desk whenever it has changed, until that holds or the time is over."""
        until = time.monotonic() + at_most_s
        while True:
            self._changed.clear()
            desk.caught_up()
            found = look()
            self._tell()
            if found or time.monotonic() >= until:
                return found
            self._changed.wait(LOOK_S)

    def _tell(self) -> None:
        if time.monotonic() - self._told_s >= TELL_S:
            self._told_s = time.monotonic()
            self._told(self.drill)

    def _step(self, name: str, begun: float) -> None:
        if self.drill.took_ms(name) is None:
            took_ms = _ms_since(begun)
            self.drill = replace(self.drill, steps=(*self.drill.steps, (name, took_ms)))
            self._told(self.drill)

    def _of(self, name: str) -> AccountDrill:
        return next(one for one in self.drill.accounts if one.account == name)

    def _first(self, name: str, figure: str, begun: float) -> None:
        """Notes when something was seen first."""
        if getattr(self._of(name), figure) is None:
            self._account(name, **{figure: _ms_since(begun)})

    def _account(self, name: str, **changes: object) -> None:
        accounts = tuple(
            replace(one, **changes) if one.account == name else one  # type: ignore[arg-type]  # fields by name
            for one in self.drill.accounts
        )
        self.drill = replace(self.drill, accounts=accounts)


def _ms_since(begun: float) -> float:
    return round((time.monotonic() - begun) * 1000, 1)


def _accounts(plan: DrillPlan, demo: DemoDesk) -> Sequence[Account]:
    """The plan's accounts at the addresses of the simulator, and at no other."""
    simulated = {account.name: account for account in demo.accounts}
    return [
        account_of(account, simulated[account.name].rest_url, simulated[account.name].ws_url)
        for account in plan.accounts
    ]
