"""What the settings say of dead-man timers: which, how they are to be held, and what must hold."""

from __future__ import annotations

import ipaddress
import math
from pathlib import Path
from urllib.parse import urlsplit

from tui.core.accounts import Account, GuardSettings, TimerSettings
from tui.core.deadman.plan import PlanRefused
from tui.service.settings.validation import SettingsTable, quoted
from tui.venues.base.protocol import TimerSpec, VenueSpec

_DEADMAN_KEYS = ("countdown_s", "beat_s", "on_quit", "guards")
_GUARD_KEYS = ("pid", "pid_file", "file", "file_fresh_s", "url", "presence_min")
_BEATS_IN_COUNTDOWN = 3
"""How many beats an unsaid `beat_s` puts into a short countdown."""
_PIDS = (1, 2**31 - 1)
_FRESH_S = (1, 3600)
_PRESENCE_MIN = (1, 1440)
_LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))


def read_timers(table: SettingsTable, spec: VenueSpec) -> tuple[str, ...]:
    """The timers that an account asks for beyond its venue's usual ones. Raises SettingsError."""
    asked = tuple(dict.fromkeys(table.texts("timers")))
    offered = [timer.id for timer in spec.timers if not timer.usual]
    for name in asked:
        if any(timer.id == name for timer in spec.timers if timer.usual):
            raise table.wrong("timers", f"{quoted(name)} is held without being named; take it out")
        if name not in offered:
            expected = f"{spec.title} offers {', '.join(map(quoted, offered)) or 'none'}"
            raise table.wrong("timers", expected, quoted(name))
    return asked


def read_deadman(
    table: SettingsTable, spec: VenueSpec, timers: tuple[TimerSpec, ...]
) -> TimerSettings | None:
    """How the account's `timers` are to be held; None if it has none. Raises SettingsError."""
    if not timers:
        if "deadman" in table.values:
            raise table.wrong("deadman", _no_timer(spec))
        return None
    deadman = table.table("deadman")
    deadman.allow_only(_DEADMAN_KEYS)
    usual = TimerSettings()
    shortest = max(timer.min_s for timer in timers)
    longest = min(timer.max_s for timer in timers)
    countdown_s = deadman.whole(
        "countdown_s", min(max(usual.countdown_s, shortest), longest), shortest, longest
    )
    short_s = math.floor(100 * countdown_s / _BEATS_IN_COUNTDOWN) / 100
    beat_s = deadman.number("beat_s", min(usual.beat_s, short_s), 0, countdown_s)
    on_quit = deadman.choice("on_quit", ("ask", "fire", "disarm"), usual.on_quit)
    settings = TimerSettings(countdown_s, beat_s, on_quit, _guards(deadman))
    for timer in timers:
        try:
            timer.plan(settings).check()
        except PlanRefused as refused:
            raise deadman.wrong("beat_s", str(refused)) from None
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
        warnings += (f'account "{account.name}", timer {timer.id}: {said}' for said in found)
    return tuple(warnings)


def _no_timer(spec: VenueSpec) -> str:
    offered = ", ".join(quoted(timer.id) for timer in spec.timers)
    if not offered:
        return f"{spec.title} has no dead-man timer; take this table out"
    return (
        f"the account holds no dead-man timer; add timers = [{offered}] to the account first,"
        " above this table, or take this table out"
    )


def _guards(deadman: SettingsTable) -> GuardSettings:
    table = deadman.table("guards")
    table.allow_only(_GUARD_KEYS)
    usual = GuardSettings()
    if "file_fresh_s" in table.values and "file" not in table.values:
        raise table.wrong("file_fresh_s", "is for a file; add file = ... or take this key out")
    return GuardSettings(
        pid=table.whole("pid", 0, *_PIDS) if "pid" in table.values else usual.pid,
        pid_file=_path(table, "pid_file"),
        file=_path(table, "file"),
        file_fresh_s=table.number("file_fresh_s", usual.file_fresh_s, *_FRESH_S),
        url=_local_url(table, "url"),
        presence_min=(
            table.number("presence_min", 0, *_PRESENCE_MIN)
            if "presence_min" in table.values
            else usual.presence_min
        ),
    )


def _path(table: SettingsTable, key: str) -> str:
    """A full path, with a leading ~ resolved; empty if absent."""
    if key not in table.values:
        return ""
    text = table.text(key)
    try:
        path = Path(text).expanduser()
    except RuntimeError:
        path = Path()
    if not path.is_absolute() or "\0" in text:
        raise table.wrong(key, "expected a full path such as /run/bot.beat", quoted(text))
    return str(path)


def _local_url(table: SettingsTable, key: str) -> str:
    """An address on this machine; empty if absent."""
    if key not in table.values:
        return ""
    url = table.text(key)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    plain = url.isascii() and url.isprintable() and not set(url) & set(" \\#")
    if parts.scheme not in ("http", "https") or not host or port == 0 or not plain:
        raise table.wrong(key, "expected an address such as http://127.0.0.1:8080/health")
    if "@" in parts.netloc:
        raise table.wrong(key, "expected an address without user and password")
    if not _is_loopback(host):
        raise table.wrong(
            key,
            "expected an address on this machine (127.0.0.1, localhost or [::1])",
            quoted(host),
        )
    return url


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return "%" not in host and any(address in network for network in _LOOPBACK)
