"""The screen as it stands in every size, theme and state: each character and each colour.

One file a case in `snapshots/`: the lines of the screen, below each the styles of its cells as
`letter` and `cells`, at the end what the letters mean. After a change that is meant, look at it and
write all of them anew, which also drops those that no case needs any more:

    KILLDESK_SNAPSHOTS=write python -m pytest -q tests/ui/test_snapshots.py
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from difflib import unified_diff
from itertools import groupby
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.style import Style

from tui.core.actions import Outcome
from tui.core.clocks import Instant
from tui.core.deadman.view import TimerState
from tui.core.desk import AccountView, DeskView, Health, RouteView

FOLDER = Path(__file__).with_name("snapshots")
WRITE = os.environ.get("KILLDESK_SNAPSHOTS") == "write"
NOW_MS = 1_760_702_602_000
NOW = Instant(5000.0, 5000.0, NOW_MS / 1000)
"""The clock stands still."""

Accounts = Callable[[SimpleNamespace], tuple[AccountView, ...]]


def held(make: SimpleNamespace, state: TimerState, left_s: float, **kw: Any) -> AccountView:
    """Bitget with a timer in that state."""
    timer = make.timer(state, **kw)
    if timer.sent_at is not None:
        timer = replace(timer, sent_at=NOW.later(left_s - timer.countdown_s))
    account: AccountView = make.bitget(gauge=timer)
    return account


def still(make: SimpleNamespace, account: AccountView) -> AccountView:
    """The account with its timers on the clock that stands still."""
    timers = tuple(
        replace(timer, sent_at=NOW.later(27.4 - timer.countdown_s)) if timer.sent_at else timer
        for timer in account.timers
    )
    return replace(account, timers=timers)


def ready(count: int) -> Accounts:
    return lambda make: tuple(still(make, account) for account in make.many(count))


def degraded(make: SimpleNamespace) -> tuple[AccountView, ...]:
    account, okx = make.okx(), make.okx("okx-desk")
    routes = (RouteView("ws", False, None, "closed 1006"), RouteView("rest", True, 75.0))
    reason = "ws is down: reconnecting in 4 s; rest works"
    report = make.report(account, Outcome.REJECTED, "spreads", code="60011", message="Log in",
                         confirmed_ms=None, open_after=12)  # fmt: skip
    return (replace(okx, health=Health.DEGRADED, reason=reason, routes=routes, reports=(report,)),)


def down(make: SimpleNamespace) -> tuple[AccountView, ...]:
    routes = (RouteView("ws", False, None, "refused"), RouteView("rest", False, None, "401"))
    reason = "no route: ws refused, rest 401 invalid signature"
    account = replace(make.htx(), health=Health.DOWN, reason=reason, routes=routes)
    return (replace(account, book_error="timed out after 3 s"),)


def armed(make: SimpleNamespace) -> tuple[AccountView, ...]:
    return (held(make, TimerState.ARMED, 27.4),)


def late(make: SimpleNamespace) -> tuple[AccountView, ...]:
    return (held(make, TimerState.LATE, 8.7, message="no answer to 2 beats"),)


def fired(make: SimpleNamespace) -> tuple[AccountView, ...]:
    return (held(make, TimerState.FIRED, 0.0, message="it ran out at 12:03:19"),)


def unresolved(make: SimpleNamespace) -> tuple[AccountView, ...]:
    account = make.htx()
    message = "no reply to 3 requests, and the book cannot be read"
    report = make.report(account, Outcome.UNRESOLVED, "isolated", open_after=None, message=message)
    return (replace(account, reports=(report,), book_error="timed out after 3 s"),)


def panicked(make: SimpleNamespace) -> tuple[AccountView, ...]:
    """What a panic has come to, one of every outcome."""
    ends = list(Outcome)
    accounts = [still(make, account) for account in make.many(len(ends))]
    return tuple(
        replace(
            account,
            reports=tuple(
                make.report(account, outcome, action.id, started_ms=NOW_MS, ended_ms=NOW_MS + 1310)
                for action in account.actions
            ),
        )
        for account, outcome in zip(accounts, ends, strict=True)
    )


def paper(make: SimpleNamespace) -> tuple[AccountView, ...]:
    return tuple(replace(account, paper=True) for account in ready(2)(make))


def mixed(make: SimpleNamespace) -> tuple[AccountView, ...]:
    first, *others = ready(3)(make)
    return (first, *(replace(account, paper=True) for account in others))


def troubled(make: SimpleNamespace) -> tuple[AccountView, ...]:
    return tuple(make.troubled())


@dataclass(frozen=True)
class Case:
    name: str
    accounts: Accounts
    size: tuple[int, int] = (80, 24)
    theme: str = "killdesk-dark"
    keys: tuple[str, ...] = ()
    demo: bool = False
    view_only: bool = False
    locked: bool = False
    colour: bool = True


STATES = (degraded, down, armed, late, fired, unresolved)


def cases() -> Iterator[Case]:
    for size, counts in (
        ((80, 24), (1, 4, 12)),
        ((120, 40), (1, 4, 12)),
        ((200, 60), (1, 4, 12)),
        ((320, 50), (4, 12)),
    ):
        for count in counts:
            yield Case(f"ready-{count}-{size[0]}x{size[1]}", ready(count), size)
    for theme in ("dark", "light", "contrast"):
        for state in STATES:
            yield Case(f"{state.__name__}-{theme}", state, theme=f"killdesk-{theme}")
        yield Case(f"panic-{theme}", panicked, (120, 40), f"killdesk-{theme}", ("X", "X"))
    yield Case("asking", ready(4), (120, 40), keys=("s",))
    yield Case("demo", ready(4), demo=True)
    yield Case("paper", paper)
    yield Case("mixed", mixed)
    yield Case("view-only", ready(4), view_only=True)
    yield Case("locked", ready(4), locked=True)
    yield Case("no-colour", troubled, (120, 40), keys=("c",), colour=False)


CASES = tuple(cases())


async def drawn(case: Case, make: SimpleNamespace, desk: Any) -> str:
    """The case as its file has it."""
    async with make.shown(desk, case.size, demo=case.demo, clock=lambda: NOW) as (app, pilot):
        app.theme = case.theme
        app.dashboard.bar(view_only=case.view_only, locked=case.locked)
        for key in case.keys:
            await pilot.press(key)
        await make.until(
            pilot, lambda: not app.query(".-flash") and not app.dashboard.query(".-flash")
        )
        await pilot.pause()
        await pilot.pause()
        return spelled(app.screen._compositor.render_strips())


def spelled(strips: Any) -> str:
    """The lines, and how each of them is styled."""
    letters: dict[str, str] = {}
    out: list[str] = []
    for strip in strips:
        out.append(strip.text.rstrip())
        cells = [(_look(segment.style, segment.text), segment.cell_length) for segment in strip]
        runs = [
            f"{letters.setdefault(look, _letter(len(letters)))}{sum(cells for _, cells in run)}"
            for look, run in groupby(cells, key=lambda cell: cell[0])
        ]
        out.append("    " + " ".join(runs))
    out += [f"{letter} = {look}" for look, letter in letters.items()]
    return "\n".join(out) + "\n"


def _letter(number: int) -> str:
    return (
        chr(ord("a") + number)
        if number < 26
        else f"{chr(ord('a') + number // 26 - 1)}{number % 26}_"
    )


def _look(style: Style | None, text: str) -> str:
    """The style in words; of blanks the ground alone, since no more of it is seen."""
    if style is None:
        return "plain"
    fore, back = (
        colour.get_truecolor().hex if colour is not None else "none"
        for colour in (style.color, style.bgcolor)
    )
    kept = {"bold": style.bold, "italic": style.italic, "underline": style.underline,
            "reverse": style.reverse, "dim": style.dim, "strike": style.strike}  # fmt: skip
    if text.isspace() and not (style.reverse or style.underline or style.strike):
        return f"blank on {back}"
    return " ".join([f"{fore} on {back}", *(name for name, on in kept.items() if on)])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_the_screen_stands_as_it_was_approved(
    case: Case, make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not case.colour:
        monkeypatch.setenv("NO_COLOR", "1")
    desk = make.FakeDesk(DeskView(case.accounts(make)))
    for frame in make.frames(40):
        desk.frames.put(frame)
    found, file = await drawn(case, make, desk), FOLDER / f"{case.name}.txt"
    if WRITE:
        FOLDER.mkdir(exist_ok=True)
        file.write_text(found, encoding="utf-8", newline="\n")
    approved = file.read_text(encoding="utf-8") if file.exists() else ""
    differs = "\n".join(
        unified_diff(approved.splitlines(), found.splitlines(), "approved", "drawn", lineterm="")
    )
    assert not differs, f"{case.name} is drawn otherwise; see how to approve above\n{differs}"


def test_every_file_belongs_to_a_case() -> None:
    unused = set(FOLDER.iterdir()) - {FOLDER / f"{case.name}.txt" for case in CASES}
    if WRITE:
        for file in unused:
            file.unlink()
        return
    assert not unused, "no case draws these"
