"""What the settings say of dead-man timers: which, how they are to be held, and what must hold."""

from __future__ import annotations

from tui.core.accounts import Account, GuardSettings, TimerSettings
from tui.core.deadman.plan import PlanRefused
from tui.service.settings.fields import GUARD_FIELDS, deadman_fields
from tui.service.settings.text_checks import quoted
from tui.service.settings.validation import SettingsTable
from tui.venues.base.specs import TimerSpec, VenueSpec


def check_timers(table: SettingsTable, spec: VenueSpec) -> None:
    """Raises SettingsError if an account names a timer that it holds anyway."""
    for name in table.texts("timers"):
        if any(timer.id == name for timer in spec.timers if timer.usual):
            raise table.error("timers", f"{quoted(name)} is held without being named; take it out")


def read_deadman(
    table: SettingsTable, spec: VenueSpec, timers: tuple[TimerSpec, ...]
) -> TimerSettings | None:
    """How the account's `timers` are to be held; None if it has none. Raises SettingsError."""
    if not timers:
        if "deadman" in table.values:
            raise table.error("deadman", _no_timer(spec))
        return None
    deadman = table.table("deadman")
    countdown, *others = deadman_fields(timers)
    deadman.reject_unknown((countdown.name, *(field.name for field in others), "guards"))
    fields = deadman_fields(timers, deadman.read(countdown))
    settings = TimerSettings(**deadman.read_all(fields), guards=_guards(deadman.table("guards")))
    for timer in timers:
        try:
            timer.plan(settings).check()
        except PlanRefused as refused:
            raise deadman.error("beat_s", str(refused)) from None
    return settings


def account_timer_warnings(account: Account, spec: VenueSpec) -> tuple[str, ...]:
    """What a trader should know of the account's timers as they are set, one line each."""
    if account.deadman is None:
        return ()
    warnings: list[str] = []
    for timer in spec.timers_of(account):
        try:
            found = timer.plan(account.deadman).check()
        except PlanRefused as refused:
            found = (str(refused),)
        warnings += (f'account "{account.name}", timer {timer.id}: {text}' for text in found)
    return tuple(warnings)


def _no_timer(spec: VenueSpec) -> str:
    offered = ", ".join(quoted(timer.id) for timer in spec.timers)
    if not offered:
        return f"{spec.title} has no dead-man timer; take this table out"
    return (
        f"the account holds no dead-man timer; add timers = [{offered}] to the account first,"
        " above this table, or take this table out"
    )


def _guards(table: SettingsTable) -> GuardSettings:
    table.reject_unknown(field.name for field in GUARD_FIELDS)
    if "file_fresh_s" in table.values and "file" not in table.values:
        raise table.error("file_fresh_s", "is for a file; add file = ... or take this key out")
    return GuardSettings(**table.read_all(GUARD_FIELDS))
