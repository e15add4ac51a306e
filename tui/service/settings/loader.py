"""The settings file: what it may say, and what the desk takes from it."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from tui.core.accounts import Account
from tui.service.files.regular_file import read_regular
from tui.service.settings.deadman import account_timer_warnings, read_deadman, read_timers
from tui.service.settings.hosts import read_hosts
from tui.service.settings.keys import read_keys
from tui.service.settings.validation import SettingsError, SettingsTable, quoted
from tui.venues import VENUES, dialect_of, kinds_of, profiles_of
from tui.venues.base.protocol import VenueSpec

__all__ = [
    "Settings",
    "SettingsError",
    "load_settings",
    "parse_settings",
    "read_account",
    "timer_warnings",
]

_DESK_KEYS = ("confirm", "screen_grace_s", "lock_after_min", "notify")
_ACCOUNT_KEYS = (
    "name",
    "venue",
    "site",
    "rest_url",
    "ws_url",
    "family",
    "contracts",
    "extra",
    "absent",
    "demo_trading",
    "timers",
    "deadman",
)
_LONGEST_NAME = 40
_GRACE_S = (5, 600)
_LOCK_MIN = (0, 1440)
_MOST_DAYS = 36_500
_LINE = re.compile(r"(?P<what>.*) \(at (?P<where>.+)\)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the settings file says, checked."""

    confirm: str = "twice"
    """`twice` (press, then press again) or `once`."""
    screen_grace_s: float = 30.0
    accounts: tuple[Account, ...] = ()
    audit_keep_days: int = 90
    """Days after which a file of the record is deleted; 0 keeps all."""
    path: Path | None = None
    """The file they came from, even if it does not exist yet; None for the demo desk."""
    keys: tuple[tuple[str, str], ...] = ()
    """Ids of keys and the keys they are to have; the screen checks them."""
    lock_after_min: float = 0.0
    """Minutes without a key or a click after which the screen locks; 0 for never."""
    notify: bool = True
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
    root.allow_only(("desk", "keys", "audit", "accounts"))
    desk = root.table("desk")
    desk.allow_only(_DESK_KEYS)
    confirm = desk.choice("confirm", ("twice", "once"), "twice")
    grace_s = desk.number("screen_grace_s", 30, *_GRACE_S)
    lock_after_min = desk.number("lock_after_min", 0, *_LOCK_MIN)
    notify = desk.flag("notify", True)
    audit = root.table("audit")
    audit.allow_only(("keep_days",))
    keep_days = audit.whole("keep_days", 90, 0, _MOST_DAYS)
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
    return Settings(
        confirm, grace_s, tuple(accounts), keep_days, path, keys, lock_after_min, notify
    )


def _account(table: SettingsTable, taken: Collection[str]) -> Account:
    account = read_account(table)
    if account.name.casefold() in taken:
        raise table.wrong("name", f'a second account is called "{account.name}"; rename one')
    return account


def _refused(table: SettingsTable, taken: Collection[str], error: SettingsError) -> Account:
    """An account that cannot be used; it is called `accounts[2]` if its name cannot be used."""
    try:
        name = _name(table)
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
    name = _name(table)
    table = table.of(name)
    table.allow_only(_ACCOUNT_KEYS)
    spec = VENUES[table.choice("venue", tuple(VENUES))].spec
    paper = _demo_trading(table, spec)
    hosts = read_hosts(table, spec, paper=paper)
    account = Account(
        name=name,
        venue=spec.id,
        rest_url=hosts.rest_url,
        ws_url=hosts.ws_url,
        site=hosts.site,
        family=_family(table, spec),
        contracts=_contracts(table, spec),
        demo_trading=paper,
        extras=_extras(table, spec),
        timers=read_timers(table, spec),
        absent=_absent(table, spec),
    )
    _check_what_is_left(table, spec, account)
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


def _name(table: SettingsTable) -> str:
    name = table.text("name")
    if not name:
        raise table.wrong("name", "is empty; expected a name such as okx-desk")
    if not name.isprintable() or name != name.strip() or name.startswith("-"):
        raise table.wrong(
            "name",
            "expected printable characters, no space at either end and no dash in front",
            quoted(name),
        )
    if len(name) > _LONGEST_NAME:
        raise table.wrong("name", f"expected at most {_LONGEST_NAME} characters", f"{len(name)}")
    return name


def _family(table: SettingsTable, spec: VenueSpec) -> str:
    if "family" in table.values and not spec.families:
        raise table.wrong("family", f"{spec.title} has no account families; leave it out")
    return table.choice("family", tuple(dict.fromkeys(("auto", *spec.families))), "auto")


def _contracts(table: SettingsTable, spec: VenueSpec) -> tuple[str, ...]:
    # Only a venue whose legacy accounts cancel contract by contract needs them named.
    if "contracts" in table.values and "legacy" not in spec.families:
        raise table.wrong("contracts", f"{spec.title} cancels without it; leave it out")
    contracts = table.texts("contracts")
    for contract in contracts:
        if not _is_contract(contract):
            raise table.wrong("contracts", "expected codes such as BTC-USDT", quoted(contract))
    return tuple(dict.fromkeys(contracts))


def _is_contract(code: str) -> bool:
    """Parts of capital letters and digits with `-` between; they may be of any script."""
    parts = code.split("-")
    return len(parts) > 1 and code == code.upper() and all(map(_is_word, parts))


def _is_word(text: str) -> bool:
    return bool(text) and all(unicodedata.category(char)[0] in "LMN" for char in text)


def _extras(table: SettingsTable, spec: VenueSpec) -> tuple[str, ...]:
    asked = tuple(dict.fromkeys(table.texts("extra")))
    offered = {extra.id: extra for extra in spec.extras}
    for name in asked:
        if name not in offered:
            expected = f"{spec.title} offers {', '.join(map(quoted, offered)) or 'none'}"
            raise table.wrong("extra", expected, quoted(name))
        most, named = offered[name].most_contracts, len(table.texts("contracts"))
        if most is not None and named > most:
            raise table.wrong(
                "contracts", f'expected at most {most} beside extra "{name}"', str(named)
            )
    return asked


def _absent(table: SettingsTable, spec: VenueSpec) -> tuple[str, ...]:
    named = tuple(dict.fromkeys(table.texts("absent")))
    known = [kind.id for kind in kinds_of(spec.id)]
    for name in named:
        if name not in known:
            expected = f"{spec.title} knows {', '.join(map(quoted, known))}"
            raise table.wrong("absent", expected, quoted(name))
    return named


def _check_what_is_left(table: SettingsTable, spec: VenueSpec, account: Account) -> None:
    """Raises SettingsError if `absent` leaves no order to cancel, or contradicts `extra`."""
    if not account.absent:
        return
    dialect = dialect_of(account)
    actions = [dialect.actions(profile) for profile in profiles_of(account)]
    if not all(actions):
        raise table.wrong("absent", "leaves no order that a cancel reaches; take one out")
    left = {action.id for some in actions for action in some}
    for name in account.extras:
        if name not in left:
            raise table.wrong("absent", f"rules out all that extra {quoted(name)} cancels")


def _demo_trading(table: SettingsTable, spec: VenueSpec) -> bool:
    if "demo_trading" in table.values and not spec.demo_trading:
        raise table.wrong("demo_trading", f"{spec.title} has no paper trading; leave it out")
    return table.flag("demo_trading", False)
