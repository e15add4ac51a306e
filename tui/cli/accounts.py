"""`killdesk accounts`: adding, listing and removing accounts."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli.chosen import how_to_add, read_settings, settings_path, typed
from tui.cli.console import (
    NOT_OK,
    OK,
    UsageError,
    agreed,
    complain,
    padded,
    say,
    say_json,
    widest,
)

if TYPE_CHECKING:
    from tui.service.settings.accounts import PlannedAccount


def _add(chosen: argparse.Namespace) -> int:
    from tui.cli.secret_prompt import ask_secrets
    from tui.service.secrets.credentials import PROMPT_TIMEOUT_S, require_keyring
    from tui.service.settings.accounts import store_account
    from tui.venues import VENUES

    path = settings_path(chosen)
    plan = _planned(chosen, path)
    keyring = require_keyring(PROMPT_TIMEOUT_S)
    spec = VENUES[plan.account.venue].spec
    say(f"{spec.title}: {spec.grant}")
    store_account(plan, path, ask_secrets(plan.account))
    if plan.fields:
        say(f"{plan.account.name} is in {path}")
    say(f"its key is in the keyring {keyring}")
    say(f"next: {typed(chosen, 'accounts', 'test', plan.account.name)}")
    return OK


def _planned(chosen: argparse.Namespace, path: Path) -> PlannedAccount:
    """The account that `accounts add` means. Raises UsageError, which names the option."""
    from tui.service.settings.accounts import account_of_name, plan_account
    from tui.service.settings.fields import account_keys
    from tui.service.settings.loader import SettingsError
    from tui.venues import VENUES

    settings, name = read_settings(chosen, must_exist=False), chosen.name
    options = {key: getattr(chosen, key) for key in account_keys() if hasattr(chosen, key)}
    given = {key: value for key, value in options.items() if value}
    fields = {"name": name} | given
    known = account_of_name(settings, name)
    if known is not None and (known.name != name or given.keys() != {"name"}):
        alone = typed(chosen, "accounts", "add", known.name)
        raise UsageError(
            f'there is an account "{known.name}" already: {alone} stores its key again, and its'
            f" settings are changed in {path}"
        )
    try:
        if known is None and "venue" not in fields:
            venue, *others = VENUES
            plan_account(settings, path, {"name": name, "venue": venue})  # the name comes first
            added = typed(chosen, "accounts", "add", name, "--venue", venue)
            raise UsageError(
                f'there is no account "{name}" yet: to add it, name its venue, as in {added} (or'
                f" {', '.join(others)})"
            )
        return plan_account(settings, path, fields)
    except SettingsError as error:
        if error.key not in options:
            raise
        option = "NAME" if error.key == "name" else f"--{error.key.replace('_', '-')}"
        raise UsageError(f"{option}: {error.expected}") from None


def _list(chosen: argparse.Namespace) -> int:
    from dataclasses import asdict

    from tui.service.secrets.credentials import PROMPT_TIMEOUT_S
    from tui.service.settings.accounts import list_accounts

    entries = list_accounts(read_settings(chosen), PROMPT_TIMEOUT_S)
    if chosen.json:
        say_json([asdict(entry) for entry in entries])
        return OK
    if not entries:
        say(f"no accounts yet; {how_to_add(chosen)}")
    width = widest(entry.name for entry in entries)
    for entry in entries:
        held = "key in the keyring" if entry.keyring else "no key in the keyring"
        held = entry.problem or held
        say(f"{padded(entry.name, width)}  {entry.venue:8}  {held}")
    return OK


def _remove(chosen: argparse.Namespace) -> int:
    from tui.service.settings.accounts import remove_account

    path, settings = settings_path(chosen), read_settings(chosen)
    if not chosen.yes and not agreed(f'Remove "{chosen.name}" and its key? [y/N] '):
        return complain("nothing was removed", NOT_OK)
    removal = remove_account(settings, path, chosen.name)
    if removal.from_settings:
        say(f"{chosen.name} is out of {path}")
    if removal.problem:
        return complain(f"its key may still be in the keyring: {removal.problem}", NOT_OK)
    say("its key is out of the keyring" if removal.from_keyring else "it had no key stored")
    return OK


COMMANDS = {"accounts add": _add, "accounts list": _list, "accounts remove": _remove}
