"""`killdesk drill`: for a person or a script, and as the process that a dashboard starts."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TextIO

from tui.core.accounts import Account
from tui.core.drill import AccountDrill, Drill, DrillError, DrillPlan, last_of
from tui.core.formatting import duration
from tui.service.drill.history import drills_file, keep_drill, read_drills
from tui.service.drill.plan import plan_of_settings
from tui.service.drill.runner import run_drill

NICENESS = 10
"""A drill beside a dashboard gives way to it."""
NOTHING_REAL = "a drill on simulated venues: no account, key or address of yours is used"


def drill(
    accounts: Sequence[Account],
    orders: int,
    say: Callable[[str], None],
    say_json: Callable[[object], None] | None = None,
    padded: Callable[[str, int], str] = str.ljust,
) -> bool:
    """Drills, keeps the result and says it, as JSON if there is a way; whether all went well.

    Blocks.
    """
    if say_json is None:
        say(NOTHING_REAL)
    before = last_of(_kept())
    ended = _keep(run_drill(plan_of_settings(accounts, orders)))
    if say_json is not None:
        say_json(ended.as_json())
    else:
        for line in in_words(ended, before, padded):
            say(line)
    return ended.ok


def drill_in_json(orders: TextIO, results: TextIO) -> bool:
    """Reads a plan, one line; writes how far it has come, a line each time, and keeps the end.

    Ends when whoever holds the other end of `orders` is gone.
    """
    with suppress(AttributeError, OSError):  # Windows has no such thing
        os.nice(NICENESS)

    def tell(drill: Drill) -> None:
        results.write(f"{json.dumps(drill.as_json())}\n")
        results.flush()

    try:
        plan = DrillPlan.of_json(orders.readline())
    except DrillError as error:
        sys.stderr.write(f"killdesk: {error}\n")
        return False
    threading.Thread(target=_end_with, args=(orders,), name="drill's end", daemon=True).start()
    ended = run_drill(plan, lambda drill: None if drill.done else tell(drill))
    ended = _keep(ended) if plan.keep else ended
    tell(ended)
    return ended.ok


def _end_with(orders: TextIO) -> None:
    with suppress(OSError, ValueError):
        while os.read(orders.fileno(), 4096):
            pass
    os._exit(1)  # the simulator ends by itself when this process does


def _kept() -> tuple[Drill, ...]:
    with suppress(OSError):
        return read_drills(drills_file())
    return ()


def _keep(drill: Drill) -> Drill:
    """The drill, with the complaint that it could not be kept if that is so.

    One without orders does not count and is not kept.
    """
    if not drill.orders:
        return drill
    try:
        keep_drill(drills_file(), drill)
    except OSError as error:
        return replace(drill, problem=drill.problem or f"it could not be kept: {error.strerror}")
    return drill


def in_words(
    drill: Drill, before: Drill | None, padded: Callable[[str, int], str] = str.ljust
) -> Iterator[str]:
    """The result in lines: the steps, a line for each account, and what came of it.

    `padded` fills a name up to a number of cells.
    """
    for name, ms in drill.steps:
        yield f"{name:10} {_took(ms):>8}"
    width = max((len(padded(one.account, 0)) for one in drill.accounts), default=0)
    for one in drill.accounts:
        yield f"{padded(one.account, width)}  {_told(one)}"
    slowest = drill.slowest
    if slowest is not None:
        yield f"slowest: {slowest.account}, confirmed after {_took(slowest.confirmed_ms)}"
    if before is not None and before.slowest is not None:
        was = before.slowest
        yield (
            f"the last drill ({len(before.accounts)} accounts, {before.orders} orders): "
            f"{was.account}, confirmed after {_took(was.confirmed_ms)}"
        )
    if drill.problem:
        yield f"problem: {drill.problem}"
    yield "all confirmed, nothing left" if drill.ok else "FAILED"


def _told(one: AccountDrill) -> str:
    parts = [
        f"{one.orders} orders",
        f"ready {_took(one.read_ms)}",
        f"press to wire {_took(one.wire_ms)}",
        f"acked {_took(one.ack_ms)}",
        f"confirmed {_took(one.confirmed_ms)}",
    ]
    if one.timers:
        parts.append(f"timer on {_took(one.arm_ms)}, off {_took(one.disarm_ms)}")
    left = "not known" if one.left is None else f"{one.left}"
    return ", ".join([one.outcome or "no outcome", *parts, f"left {left}", one.message]).strip(", ")


def _took(ms: float | None) -> str:
    return duration(ms, unknown="--")
