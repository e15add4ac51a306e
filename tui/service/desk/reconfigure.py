"""Which accounts of a running desk new settings change, and which of them cannot be changed now."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tui.core.accounts import Account
from tui.core.desk import AccountView, NewSettings


def changed_names(before: Sequence[Account], new: NewSettings) -> tuple[str, ...]:
    """The accounts that come, go, or are to be replaced."""
    was = {account.name: account for account in before}
    now = {account.name: account for account in new.accounts}
    return tuple(
        name for name in {**was, **now} if was.get(name) != now.get(name) or name in new.renewed
    )


def refusal(views: Sequence[AccountView], changed: Collection[str]) -> str:
    """Why these accounts cannot be changed now, in one sentence; empty if they can."""
    for view in views:
        if view.name not in changed:
            continue
        if any(not (timer.state.gone or timer.left_behind) for timer in view.timers):
            return f"disarm {view.name} first: its dead-man timer may be running"
        if any(timer.stray_until is not None for timer in view.timers):
            # A switch-off that comes late would end a timer that was armed anew, unnoticed.
            return (
                f"wait half a minute for {view.name}: an unanswered timer request may still arrive"
            )
        if view.runs:
            return f"wait for {view.name} first: a cancel is under way"
    return ""


def on_record(
    before: Sequence[Account], new: NewSettings, changed: Collection[str], refused: str
) -> dict[str, object]:
    """What the record says of new settings: which accounts come, go and begin anew, or why none."""
    was = {account.name for account in before}
    now = {account.name for account in new.accounts}
    return {
        "accounts": tuple(f"{account.name} ({account.venue})" for account in new.accounts),
        "come": tuple(name for name in changed if name not in was),
        "gone": tuple(name for name in changed if name not in now),
        "anew": tuple(name for name in changed if name in was & now),
        "screen_grace_s": new.screen_grace_s,
        "refused": refused,
    }
