"""What rests where, and which timer fires when: said in the quit dialog and as the last lines."""

from __future__ import annotations

from tui.core.coverage import Coverage
from tui.core.deadman.view import TimerState
from tui.core.desk import AccountView, DeskView
from tui.core.formatting import time_of_day
from tui.ui.panel.remainder import read_when, remainder_of
from tui.venues import timer_label


def open_lines(view: DeskView) -> list[str]:
    """One line for each account: what is open, what is not covered, and when that was read."""
    return [f"{account.name}: {open_words(account)}." for account in view.accounts]


def open_words(account: AccountView) -> str:
    """`37 open (31 isolated, 6 cross) as of 12:03:20 UTC; not covered: 6 strategy, as of ...`."""
    cover, read_at_ms = account.coverage, account.read_at_ms
    if account.book is None:
        why = f" ({account.book_error})" if account.book_error else ""
        return f"open orders not read yet{why}"
    read = "" if read_at_ms is None else f", as of {time_of_day(read_at_ms)} UTC"
    failed = f" (the last read failed: {account.book_error})" if account.book_error else ""
    text = f"{_counted(cover)}{read}{failed}"
    if cover.clear:
        return text
    left = "; ".join(map(read_when, cover.left)) or remainder_of(cover).said
    return f"{text}; not covered: {left}"


def _counted(cover: Coverage) -> str:
    if cover.open is None:
        return "; ".join(("open not known", *map(str, cover.covered)))
    kinds = ", ".join(str(one) for one in cover.covered if one.count)
    return (
        f"{cover.open} open ({kinds})" if kinds and len(cover.covered) > 1 else f"{cover.open} open"
    )


def timer_lines(view: DeskView) -> list[str]:
    """One line for each timer that runs or may run at its venue: when it fires at the latest."""
    lines = []
    for account in view.accounts:
        for timer in account.timers:
            if timer.state.gone:
                continue
            at = timer.latest_fire_at
            if timer.state is TimerState.BLOCKED and at is None:
                continue  # refused before it ever ran
            which = f" of the {timer_label(timer.id)}" if len(account.timers) > 1 else ""
            when = f" by {time_of_day(at.wall_ms)} UTC" if at is not None else ""
            runs = timer.state.protects
            lines.append(
                f"{account.name}: the dead-man timer{which} was left running; "
                f"{account.title} cancels what it covers{when}."
                if runs
                else f"{account.name}: the dead-man timer{which} may still be running; "
                f"if it is, {account.title} cancels what it covers{when}."
            )
    return lines
