"""The settings file: what it may say, and what the desk takes from it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from tui.core.accounts import Account
from tui.service.files.regular_file import read_regular
from tui.service.settings.deadman import account_timer_warnings, check_timers, read_deadman
from tui.service.settings.fields import NAME, PLAIN_FIELDS, VENUE, account_fields, account_keys
from tui.service.settings.hosts import read_hosts
from tui.service.settings.text_checks import quoted
from tui.service.settings.validation import SettingsError, SettingsTable
from tui.venues import VENUES, adapter_for, profiles_of
from tui.venues.base.specs import VenueSpec

__all__ = [
    "Settings",
    "SettingsError",
    "load_settings",
    "parse_settings",
    "read_account",
    "read_keys",
    "timer_warnings",
]

_USUAL: dict[str, Any] = {field.target: field.default for field in PLAIN_FIELDS}
_LINE = re.compile(r"(?P<what>.*) \(at (?P<where>.+)\)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the settings file says, checked."""

    confirm: str = _USUAL["confirm"]
    """`twice` (press, then press again) or `once`."""
    screen_grace_s: float = _USUAL["screen_grace_s"]
    accounts: tuple[Account, ...] = ()
    audit_keep_days: int = _USUAL["audit_keep_days"]
    """Days after which a file of the record is deleted; 0 keeps all."""
    path: Path | None = None
    """The file they came from, even if it does not exist yet; None for the demo desk."""
    keys: tuple[tuple[str, str], ...] = ()
    """Ids of keys and the keys they are to have; the screen checks them."""
    lock_after_min: float = _USUAL["lock_after_min"]
    """Minutes without a key or a click after which the screen locks; 0 for never."""
    notify: bool = _USUAL["notify"]
    """Whether alarms go to the desktop, where the terminal can pass them on."""

    def account(self, name: str) -> Account | None:
        return next((account for account in self.accounts if account.name == name), None)


def load_settings(path: Path, *, must_exist: bool = False) -> Settings:
    """Reads and checks the file. Raises SettingsError with one line.

    A missing file means no accounts, unless somebody named it: then `must_exist`. An account whose
    values cannot be used has a `problem` instead.
    """
    try:
        data = read_regular(path)
    except FileNotFoundError:
        if must_exist:
            raise SettingsError(f"{path}: there is no such settings file") from None
        return Settings(path=path)
    except OSError as error:
        raise SettingsError(f"{path}: the settings file cannot be read: {error.strerror}") from None
    return parse_settings(data, path)


def parse_settings(data: bytes, path: Path, required: int | None = None) -> Settings:
    """Checks the content of a settings file. Raises SettingsError with one line, but not for values
    of a single account: that account then has a `problem`, unless its index is `required`."""
    root = SettingsTable(path, "", _parse_toml(data, path))
    root.reject_unknown(("desk", "keys", "audit", "accounts"))
    plain: dict[str, Any] = {}
    for name in dict.fromkeys(field.table for field in PLAIN_FIELDS):
        fields = [field for field in PLAIN_FIELDS if field.table == name]
        table = root.table(name)
        table.reject_unknown(field.name for field in fields)
        plain |= table.read_all(fields)
    accounts: list[Account] = []
    for number, table in enumerate(root.tables("accounts")):
        taken = frozenset(other.name.casefold() for other in accounts)
        try:
            accounts.append(_account(table, taken))
        except SettingsError as error:
            if number == required:
                raise
            accounts.append(_refused(table, taken, error))
    keys = read_keys(root.table("keys"))
    return Settings(**plain, accounts=tuple(accounts), path=path, keys=keys)


def read_keys(table: SettingsTable) -> tuple[tuple[str, str], ...]:
    """Id and key of each line of `[keys]`; what ids there are is the screen's to know.

    Raises SettingsError.
    """
    return tuple(_key_lines(table, ""))


def _key_lines(table: SettingsTable, before: str) -> Iterator[tuple[str, str]]:
    """An id without quotes comes as tables in a table."""
    for name, value in table.values.items():
        if isinstance(value, dict):
            inner = replace(table, path=f"{table.path}.{name}", values=value)
            yield from _key_lines(inner, f"{before}{name}.")
        else:
            yield f"{before}{name}", table.text(name)


def _account(table: SettingsTable, taken: Collection[str]) -> Account:
    account = read_account(table)
    if account.name.casefold() in taken:
        raise table.error("name", f'a second account is called "{account.name}"; rename one')
    return account


def _refused(table: SettingsTable, taken: Collection[str], error: SettingsError) -> Account:
    """An account that cannot be used; it is called `accounts[2]` if its name cannot be used."""
    try:
        name = table.read(NAME)
    except SettingsError:
        name = table.path
    venue = table.values.get("venue")
    return Account(
        name=table.path if name.casefold() in taken else name,
        venue=venue if isinstance(venue, str) and venue in VENUES else "",
        rest_url="",
        problem=f"{error.key}: {error.expected} ({table.path} in {table.file})",
    )


def read_account(table: SettingsTable) -> Account:
    """One `[[accounts]]` table, checked against what its venue offers. Raises SettingsError."""
    table = table.named(table.read(NAME))
    table.reject_unknown((*account_keys(), "deadman"))
    spec = VENUES[table.read(VENUE)].spec
    check_timers(table, spec)
    values = table.read_all(account_fields(spec))
    hosts = read_hosts(table, spec, values)
    account = Account(**values | asdict(hosts))
    _check_together(table, spec, account)
    return replace(account, deadman=read_deadman(table, spec, spec.timers_of(account)))


def timer_warnings(settings: Settings) -> tuple[str, ...]:
    """What a trader should know of the timers as they are set, one line each with the account."""
    return tuple(
        warning
        for account in settings.accounts
        if not account.problem
        for warning in account_timer_warnings(account, VENUES[account.venue].spec)
    )


def _parse_toml(data: bytes, path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{path}: line {line}: expected text in UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        found = _LINE.fullmatch(str(error))
        what, where = found.group("what", "where") if found else (str(error), "")
        where = f"{where}: " if where else ""
        raise SettingsError(f"{path}: {where}not valid TOML: {what}") from None
    except (ValueError, RecursionError):  # the parser lets Python's own limits through
        what = "a number is too long, or values are nested too deeply"
        raise SettingsError(f"{path}: cannot be read: {what}") from None


def _check_together(table: SettingsTable, spec: VenueSpec, account: Account) -> None:
    """What values of an account that are each in order must not be together.

    Raises SettingsError.
    """
    for extra in spec.extras:
        most, named = extra.most_contracts, len(table.texts("contracts"))
        if extra.id in account.extras and most is not None and named > most:
            raise table.error(
                "contracts", f'expected at most {most} beside extra "{extra.id}"', str(named)
            )
    if not account.absent:
        return
    adapter = adapter_for(account)
    actions = [adapter.actions(profile) for profile in profiles_of(account)]
    if not all(actions):
        raise table.error("absent", "leaves no order that a cancel reaches; take one out")
    left = {action.id for some in actions for action in some}
    for name in account.extras:
        if name not in left:
            raise table.error("absent", f"rules out all that extra {quoted(name)} cancels")
