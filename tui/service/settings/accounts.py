"""What `killdesk accounts` does to settings and keyring; the printing is the command line's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tui.core.accounts import Account
from tui.core.secrets import Credentials
from tui.service.desk.blocking import HelperThreads
from tui.service.secrets import credentials as keyring
from tui.service.secrets.credential_request import SIDE_BY_SIDE
from tui.service.secrets.credentials import CredentialsError
from tui.service.settings import editor
from tui.service.settings.loader import Settings, SettingsError, load_settings, read_account
from tui.service.settings.toml_sections import merged
from tui.service.settings.validation import SettingsTable


@dataclass(frozen=True, slots=True)
class AccountEntry:
    """One configured account, and whether its secrets are there."""

    name: str
    venue: str
    keyring: bool | None
    """Whether the keyring has its secrets; None when it could not say."""
    problem: str | None = None
    """Why it could not say, or why the account's settings cannot be used."""


@dataclass(frozen=True, slots=True)
class PlannedAccount:
    """An account about to get its secrets."""

    account: Account
    fields: Mapping[str, object]
    """What goes into the settings file; empty if the account is in there already."""


@dataclass(frozen=True, slots=True)
class Removal:
    """What `remove` found and took away."""

    from_settings: bool
    from_keyring: bool
    problem: str = ""
    """Why the keyring still has the entry, if it could not be taken out."""


def list_accounts(
    settings: Settings, timeout_s: float = keyring.TIMEOUT_S
) -> tuple[AccountEntry, ...]:
    """Every configured account; the keyring is asked for all side by side, `timeout_s` for each."""
    threads = HelperThreads(SIDE_BY_SIDE)
    asked = [threads.submit(account_entry, account, timeout_s) for account in settings.accounts]
    return tuple(one.result() for one in asked)


def account_entry(account: Account, timeout_s: float = keyring.PROMPT_TIMEOUT_S) -> AccountEntry:
    """The account, and whether the keyring has its secrets. Blocks for `timeout_s` at most."""
    held, problem = None, account.problem or None
    try:
        held = keyring.has_credentials(account.name, timeout_s)
    except CredentialsError as error:
        problem = problem or str(error)
    return AccountEntry(account.name, account.venue, held, problem)


def find_accounts(settings: Settings, names: Sequence[str]) -> tuple[Account, ...]:
    """The configured accounts of those names, all if none is named. Raises SettingsError."""
    if not names:
        return settings.accounts
    return tuple(_configured(settings, name) for name in dict.fromkeys(names))


def plan_account(settings: Settings, path: Path, fields: Mapping[str, object]) -> PlannedAccount:
    """Checks what is to be added, before anybody is asked for a secret. Raises SettingsError.

    `fields` are the keys of an `[[accounts]]` table. With a name alone it means a configured
    account that only needs its secrets.
    """
    name = str(fields.get("name", ""))
    configured = settings.account(name)
    if configured is not None and configured.problem:
        raise SettingsError(f'"{name}" cannot be used: {configured.problem}')
    if configured is not None and set(fields) == {"name"}:
        return PlannedAccount(configured, {})
    table = SettingsTable(path, f"accounts[{len(settings.accounts) + 1}]", dict(fields))
    account = read_account(table)
    other = account_of_name(settings, account.name)
    if other is not None:
        taken = f'there is an account "{other.name}" already; choose another name'
        raise SettingsError(f"{path}: {taken}", "name", taken)
    return PlannedAccount(account, fields)


def account_of_name(settings: Settings, name: str) -> Account | None:
    """The configured account that has this name but for upper and lower case."""
    same = (one for one in settings.accounts if one.name.casefold() == name.casefold())
    return next(same, None)


def account_table(path: Path, name: str) -> dict[str, object]:
    """The account's keys as the file has them; none if it is not in there.

    Raises SettingsError, also for an account whose name or venue cannot be used: a form has no
    place for those.
    """
    tables = editor.account_tables(path)
    for account, table in zip(load_settings(path).accounts, tables, strict=False):
        if account.name != name:
            continue
        if account.problem and (not account.venue or table.get("name") != name):
            raise SettingsError(f"{account.problem}; change it in the file")
        return table
    return {}


def plan_change(
    settings: Settings,
    path: Path,
    name: str,
    table: Mapping[str, object],
    fields: Mapping[str, object],
) -> PlannedAccount:
    """Checks changes to the account of that name, whose keys are `table`. Raises SettingsError."""
    number = 1 + [account.name for account in settings.accounts].index(name)
    changed = SettingsTable(path, f"accounts[{number}]", merged(table, fields))
    return PlannedAccount(read_account(changed), fields)


def store_account(plan: PlannedAccount, path: Path, credentials: Credentials) -> None:
    """Puts the secrets into the keyring, then the account into the settings file.

    Raises CredentialsError or SettingsError; a settings file that cannot be written leaves no
    entry behind.
    """
    keyring.save_credentials(plan.account, credentials, keyring.PROMPT_TIMEOUT_S)
    if not plan.fields:
        return
    try:
        editor.add_account(path, plan.fields)
    except SettingsError:
        keyring.delete_credentials(plan.account.name)
        raise


def remove_account(settings: Settings, path: Path, name: str) -> Removal:
    """Takes the account out of the settings file and its secrets out of the keyring.

    Raises SettingsError if neither has it.
    """
    from_settings = editor.remove_account(path, name)
    from_keyring, problem = False, ""
    try:
        from_keyring = keyring.delete_credentials(name, keyring.PROMPT_TIMEOUT_S)
    except CredentialsError as error:
        problem = str(error)
    if not from_settings and not from_keyring:
        raise SettingsError(_unknown(settings, name))
    return Removal(from_settings, from_keyring, problem)


def _configured(settings: Settings, name: str) -> Account:
    account = settings.account(name)
    if account is None:
        raise SettingsError(_unknown(settings, name))
    return account


def _unknown(settings: Settings, name: str) -> str:
    known = ", ".join(account.name for account in settings.accounts) or "none yet"
    return f'there is no account "{name}"; configured: {known}'
