"""What stands against leaving the desk, and the ways to leave it."""

from __future__ import annotations

from enum import StrEnum

from tui.core.desk import AccountView, DeskView
from tui.ui.panel.outcome import scope_words


class QuitChoice(StrEnum):
    """How to leave."""

    FIRE = "fire"
    DISARM = "disarm"
    CANCEL = "cancel"
    """Cancel everything on every account, and disarm each whose cancels are confirmed."""
    STAY = "stay"


def held(account: AccountView) -> bool:
    """Whether a timer of the account may be running at the venue."""
    return any(not timer.state.gone for timer in account.timers)


def armed_accounts(view: DeskView) -> tuple[str, ...]:
    """The accounts whose timer may be running at the venue, and whose settings say to ask."""
    return tuple(
        account.name for account in view.accounts if account.on_quit == "ask" and held(account)
    )


def running_cancels(view: DeskView) -> tuple[str, ...]:
    """What is being cancelled, account and scope: `okx-desk spreads`; however often pressed."""
    return tuple(
        dict.fromkeys(
            f"{account.name} {scope_words(run, account.label(run.action))}"
            for account in view.accounts
            for run in account.runs
        )
    )
