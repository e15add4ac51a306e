"""The command line: what was asked for, handed to the service, and one line for what came of it.

Everything is imported late, so that `--help` is instant and a broken part spoils its own command
only. Exit codes: 0 done, 1 not, 2 bad usage or settings, 3 unresolved, 70 the screen stopped on a
fault of its own, 130 interrupted (128 and the number of the signal). They tell the outcome,
whatever becomes of the output.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli.chosen import how_to_add, read_settings
from tui.cli.console import (
    BAD_USAGE,
    INTERRUPTED,
    NOT_OK,
    OK,
    UNRESOLVED,
    UsageError,
    agreed,
    complain,
    ignore_late_signals,
    leave_no_core,
    padded,
    quote_no_error,
    say,
    say_json,
    widest,
)
from tui.cli.parser import parse
from tui.cli.streams import begin, hold_standard_descriptors, is_terminal, write_error
from tui.core.sanitize import sanitize

if TYPE_CHECKING:
    from tui.core.accounts import Account
    from tui.service.headless_cancel import Ended
    from tui.service.settings.loader import Settings

DEBUG_SWITCH = "KILLDESK_DEBUG"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code; prints one sentence instead of raising."""
    ours = arguments is None  # the process
    if ours:
        hold_standard_descriptors()
        quote_no_error()
        leave_no_core()
    begin()
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return complain("interrupted", INTERRUPTED)
    except Exception as error:  # noqa: BLE001  # no traceback at a trader
        return _explain(error)
    finally:
        if ours:
            ignore_late_signals()


def _run(arguments: Sequence[str] | None) -> int:
    try:
        chosen = parse(arguments)
        return COMMANDS[chosen.command](chosen)
    except SystemExit as leaving:  # argparse, which has said what it had to say
        return leaving.code if isinstance(leaving.code, int) else OK


# --- commands ------------------------------------------------------------------------------------


def _dashboard(chosen: argparse.Namespace) -> int:
    """The screen: on the demo desk, on the configured accounts, or the welcome without any."""
    # Settings are read before the screen takes the terminal: what is wrong in them is said plainly.
    settings = None if chosen.demo else read_settings(chosen)
    if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        raise UsageError("the dashboard needs a terminal; see killdesk --help for the rest")
    if os.name == "posix" and not is_terminal(sys.stderr):
        raise UsageError("the dashboard draws on standard error; start it without 2> or 2>&-")
    gc.disable()  # until the screen stands: to load the libraries leaves next to no garbage
    if settings is None:
        from tui.ui.app.launch import run_demo

        return run_demo(view_only=chosen.view_only)
    if not settings.accounts:
        from tui.ui.app.launch import run_welcome

        return run_welcome(settings, view_only=chosen.view_only)
    from tui.ui.app.launch import run_dashboard

    return run_dashboard(settings, view_only=chosen.view_only)


def _simulate(chosen: argparse.Namespace) -> int:
    from tui.simulator import main as simulate

    return simulate(chosen.host, chosen.port, chosen.orders)


def _check(chosen: argparse.Namespace) -> int:
    from tui.core.coverage import not_covered
    from tui.service.files.descriptors import allow_descriptors
    from tui.service.readiness_check import check_accounts
    from tui.service.secrets.credentials import find_credentials
    from tui.service.settings.accounts import find_accounts

    accounts = find_accounts(read_settings(chosen), getattr(chosen, "names", ()))
    if not accounts:
        raise UsageError(f"there are no accounts to check; {how_to_add(chosen)}")
    short = allow_descriptors(len(accounts))
    if short:
        complain(short, OK)
    checks = check_accounts(accounts, find_credentials)
    ready = all(check.ready for check in checks)
    if chosen.json:
        apart = not_covered({check.account: check.coverage for check in checks})
        listed = [check.as_json() for check in checks]
        say_json({"ready": ready, "accounts": listed, **apart})
        return OK if ready else NOT_OK
    for check in checks:
        say(f"{check.account}  {check.venue}  {check.health}  {check.reason}".rstrip())
        for step in check.steps:
            say(f"  {'ok  ' if step.ok else 'FAIL'}  {step.name:12}  {step.detail}".rstrip())
        if check.coverage.left:
            say(f"  !     {check.coverage.sentence}")
    return OK if ready else NOT_OK


def _cancel(chosen: argparse.Namespace) -> int:
    try:
        from tui.service.interrupts import Interrupts

        settings, accounts = _to_cancel_on(chosen)
        names = ", ".join(account.name for account in accounts)
        if not chosen.yes and not agreed(f"cancel every order on {names}? [y/N] "):
            return complain("nothing was cancelled", NOT_OK)
    except KeyboardInterrupt:
        write_error("\n" if is_terminal(sys.stderr) else "")  # the question has the line before
        return complain("interrupted; nothing was cancelled", INTERRUPTED)
    with Interrupts() as interrupts:
        from tui.service.audit.session import audit_of
        from tui.service.files.descriptors import allow_descriptors
        from tui.service.headless_cancel import cancel_accounts
        from tui.service.secrets.credentials import find_credentials

        short = allow_descriptors(len(accounts))
        audit = audit_of("cancel", accounts, settings.audit_keep_days)
        ended = cancel_accounts(
            accounts,
            find_credentials,
            audit=audit,
            interrupts=interrupts,
            say=lambda sentence: complain(sentence, OK),
        )
        code = _code_of(ended)
        interrupts.only_output_is_left(code)
        _print_ended(ended, as_json=chosen.json)
        write_error(f"{sanitize(audit.last_words)}\n")
        if short:  # not before: a stream that takes nothing must hold up no cancel
            complain(short, OK)
    return code


def _to_cancel_on(chosen: argparse.Namespace) -> tuple[Settings, Sequence[Account]]:
    from tui.service.settings.accounts import find_accounts

    if chosen.names and chosen.all:
        raise UsageError("--all is every account; leave out either it or the names")
    if not chosen.names and not chosen.all:
        raise UsageError("name the accounts to cancel on, or give --all")
    settings = read_settings(chosen)
    accounts = find_accounts(settings, chosen.names)
    if not accounts:
        raise UsageError(f"there are no accounts to cancel on; {how_to_add(chosen)}")
    return settings, accounts


def _code_of(ended: Ended) -> int:
    from tui.core.actions import Outcome

    outcomes = {report.outcome for report in ended.reports}
    if ended.interrupted_by is not None and ended.nothing_left:
        return 128 + ended.interrupted_by
    if Outcome.UNRESOLVED in outcomes:
        return UNRESOLVED
    return OK if outcomes == {Outcome.CONFIRMED} else NOT_OK


def _print_ended(ended: Ended, *, as_json: bool) -> None:
    from tui.core.coverage import not_covered
    from tui.service.headless_cancel import in_words

    if as_json:
        listed = [report.as_json() for report in ended.reports]
        apart = not_covered(ended.coverage)
        say_json({"outcome": ended.outcome, "reports": listed, **apart})
        return
    for report in ended.reports:
        say(in_words(report))
    for account, coverage in ended.coverage.items():
        if not coverage.clear:
            say(f"{account}: {coverage.sentence}")


def _drill(chosen: argparse.Namespace) -> int:
    from tui.cli.drill import drill, drill_in_json

    if chosen.plan:
        return OK if drill_in_json(sys.stdin, sys.stdout) else NOT_OK
    if chosen.orders < 0:
        raise UsageError("the number of orders must be 0 or more")
    accounts = read_settings(chosen).accounts
    if not accounts:
        raise UsageError(f"there are no accounts to drill; {how_to_add(chosen)}")
    return (
        OK
        if drill(accounts, chosen.orders, say, say_json if chosen.json else None, padded)
        else NOT_OK
    )


def _where(chosen: argparse.Namespace) -> int:
    from tui.service.files.locations import NO_HOME, find_locations, is_known
    from tui.service.secrets.credentials import describe_keyring

    def told(place: Path) -> str | None:
        return str(place) if is_known(place) else None

    places = find_locations()
    keyring, problem = describe_keyring()
    facts = {
        "settings": told(places.settings_file if chosen.config is None else chosen.config),
        "state": told(places.state_folder),
        "audit": told(places.audit_folder),
        "keyring": keyring,
        "keyring_problem": problem,
    }
    if chosen.json:
        say_json(facts)
        return OK
    for name, fact in facts.items():
        if fact:
            say(f"{name.removeprefix('keyring_'):9} {fact}")
        elif name in ("settings", "state", "audit"):
            say(f"{name:9} none: {NO_HOME}")
    return OK


def _keys(chosen: argparse.Namespace) -> int:
    """The keys in force, by the ids that `[keys]` in the settings knows them by."""
    from tui.ui.keys.bindings import ALL_KEYS
    from tui.ui.keys.keymap import read_keymap

    settings = read_settings(chosen)
    keymap = read_keymap(settings.keys, settings.path)
    listed = [
        # The key bar has one word for all panels.
        {"id": key.id, "key": key.single, "does": key.help}
        for key in map(keymap.of, ALL_KEYS)
    ]
    if chosen.json:
        say_json(listed)
        return OK
    wide, keys_wide = widest(one["id"] for one in listed), widest(one["key"] for one in listed)
    for one in listed:
        key = padded(one["key"] or "none", max(9, keys_wide))
        say(f"{padded(one['id'], wide)}  {key}  {one['does']}")
    return OK


def _pin_forget(_: argparse.Namespace) -> int:
    from tui.service.secrets.pin import forget_pin

    say("the PIN is out of the keyring" if forget_pin() else "no PIN was set")
    return OK


def _accounts(chosen: argparse.Namespace) -> int:
    from tui.cli.accounts import COMMANDS as OF_ACCOUNTS

    return OF_ACCOUNTS[chosen.command](chosen)


def _audit(chosen: argparse.Namespace) -> int:
    from tui.cli.audit import COMMANDS as OF_THE_RECORD

    return OF_THE_RECORD[chosen.command](chosen)


COMMANDS = {
    "dashboard": _dashboard,
    "simulate": _simulate,
    "check": _check,
    "cancel": _cancel,
    "drill": _drill,
    "where": _where,
    "keys": _keys,
    "accounts add": _accounts,
    "accounts list": _accounts,
    "accounts remove": _accounts,
    "accounts test": _check,
    "pin forget": _pin_forget,
    "audit verify": _audit,
    "audit show": _audit,
    "audit export": _audit,
    "replay": _audit,
}


def _explain(error: Exception) -> int:
    """One sentence for an error, and the exit code that goes with it."""
    from tui.cli.secret_prompt import SecretsInputError
    from tui.service.secrets.credentials import CredentialsError
    from tui.service.settings.loader import SettingsError

    if isinstance(error, SettingsError | SecretsInputError | UsageError):
        return complain(str(error), BAD_USAGE)
    if isinstance(error, CredentialsError):
        return complain(str(error), NOT_OK)
    if os.environ.get(DEBUG_SWITCH):
        from traceback import format_tb

        sys.stderr.writelines(format_tb(error.__traceback__))
    # Neither values nor the error's own text: a library may have put a secret into it.
    return complain(
        f"an unexpected {type(error).__name__} stopped it; with {DEBUG_SWITCH}=1 it shows where",
        NOT_OK,
    )
