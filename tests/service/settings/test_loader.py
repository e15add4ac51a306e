"""The settings file: what it means, and the one line for each way in which it can be wrong."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tui.core.accounts import Account, GuardSettings, TimerSettings
from tui.service.settings.deadman import account_timer_warnings
from tui.service.settings.fields import account_keys
from tui.service.settings.loader import (
    Settings,
    SettingsError,
    load_settings,
    parse_settings,
    timer_warnings,
)
from tui.venues import VENUES

DESIGN = """
[desk]
confirm = "once"
screen_grace_s = 45
lock_after_min = 10
notify = false

[audit]
keep_days = 7

[[accounts]]
name = "htx-main"
venue = "htx"
family = "legacy"
contracts = ["BTC-USDT", "ETH-USDT-260925"]
rest_url = "https://api.hbdm.com/"
ws_url = "wss://api.hbdm.com/linear-swap-trade"

[[accounts]]
name = "okx-desk"
venue = "okx"
extra = ["rfqs"]
demo_trading = true
rest_url = "https://eea.okx.com"
ws_url = "wss://wseeapap.okx.com:8443/ws/v5/business"

[[accounts]]
name = "bitget-mm"
venue = "bitget"
[accounts.deadman]
countdown_s = 10
beat_s = 3
on_quit = "fire"
"""


PROBLEM = re.compile(r"(?P<key>[^:]*): (?P<what>.*) \((?P<place>accounts\[\d+\]) in (?P<file>.*)\)")
"""What keeps an account from being used."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def complaint(file: Path, text: str | bytes) -> str:
    """The one line about `text`, without the file's name in front."""
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    try:
        denied = [one for one in load_settings(file).accounts if one.problem]
    except SettingsError as error:
        return told(file, str(error))
    (one,) = denied
    assert one.problem.isprintable(), one.problem
    found = PROBLEM.fullmatch(one.problem)
    assert found and found["file"] == str(file), one.problem
    whose = "" if one.name == found["place"] else f' (account "{one.name}")'
    return f"{found['place']}.{found['key']}{whose}: {found['what']}"


def told(file: Path, message: str) -> str:
    assert message.isprintable(), message
    assert message.startswith(f"{file}: ")
    return message.removeprefix(f"{file}: ")


def account(venue: str, *lines: str) -> str:
    return "\n".join(["[[accounts]]", 'name = "a"', f'venue = "{venue}"', *lines])


def test_everything_that_can_be_said_is_understood(file: Path) -> None:
    file.write_text(DESIGN)
    assert load_settings(file) == Settings(
        confirm="once",
        screen_grace_s=45.0,
        audit_keep_days=7,
        lock_after_min=10.0,
        notify=False,
        accounts=(
            Account(
                "htx-main",
                "htx",
                rest_url="https://api.hbdm.com",
                ws_url="wss://api.hbdm.com/linear-swap-trade",
                site="global",
                family="legacy",
                contracts=("BTC-USDT", "ETH-USDT-260925"),
            ),
            Account(
                "okx-desk",
                "okx",
                rest_url="https://eea.okx.com",
                ws_url="wss://wseeapap.okx.com:8443/ws/v5/business",
                site="eea",
                demo_trading=True,
                extras=("rfqs",),
            ),
            Account(
                "bitget-mm",
                "bitget",
                rest_url="https://api.bitget.com",
                site="global",
                deadman=TimerSettings(countdown_s=10, beat_s=3.0, on_quit="fire"),
            ),
        ),
        path=file,
    )


@pytest.mark.parametrize("venue", VENUES)
def test_the_rest_is_the_venues_own(file: Path, venue: str) -> None:
    file.write_text(account(venue))
    found = load_settings(file).accounts[0]
    spec = VENUES[venue].spec
    assert (found.rest_url, found.ws_url) == (spec.rest_url, spec.ws_url)
    assert found.site == spec.sites[0].id
    assert (found.family, found.contracts, found.demo_trading) == ("auto", (), False)
    assert (found.extras, found.timers) == ((), ())
    usual = any(timer.usual for timer in spec.timers)
    assert found.deadman == (TimerSettings() if usual else None)


def test_a_short_countdown_shortens_the_usual_beat(file: Path) -> None:
    file.write_text(account("bitget", "[accounts.deadman]", "countdown_s = 5"))
    deadman = load_settings(file).accounts[0].deadman
    assert deadman is not None
    assert deadman.beat_s == pytest.approx(1.66)


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "[desk]\n", "accounts = []\n"])
def test_nothing_said_means_the_usual_and_no_accounts(file: Path, text: str) -> None:
    file.write_text(text)
    assert load_settings(file) == Settings(path=file)


def test_no_file_means_no_accounts_unless_it_was_named(file: Path) -> None:
    assert load_settings(file) == Settings(path=file)
    with pytest.raises(SettingsError, match=r"config\.toml: there is no such settings file$"):
        load_settings(file, must_exist=True)


@pytest.mark.parametrize("text", ["\ufeff[desk]\r\nconfirm = 'once'\r\n", "desk.confirm='once'"])
def test_windows_endings_a_byte_order_mark_and_dotted_keys_are_fine(file: Path, text: str) -> None:
    file.write_bytes(text.encode())
    assert load_settings(file).confirm == "once"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[desks]", "desks: unknown key; expected one of desk, keys, audit, accounts"),
        (
            "[desk]\nconfrm = 1",
            "desk.confrm: unknown key; expected one of confirm, screen_grace_s, lock_after_min, "
            "notify",
        ),
        ("desk = 3", "desk: expected a table [desk], got a whole number"),
        (
            '[desk]\nconfirm = "thrice"',
            'desk.confirm: expected "twice" or "once", got "thrice"',
        ),
        ("[desk]\nconfirm = 2", 'desk.confirm: expected "twice" or "once", got a whole number'),
        (
            "[desk]\nlock_after_min = -1",
            "desk.lock_after_min: expected a number from 0 to 1440, got -1",
        ),
        (
            '[desk]\nnotify = "no"',
            "desk.notify: expected true or false, got a text",
        ),
        (
            "[desk]\nscreen_grace_s = 1",
            "desk.screen_grace_s: expected a number from 5 to 600, got 1",
        ),
        (
            "[desk]\nscreen_grace_s = inf",
            "desk.screen_grace_s: expected a number from 5 to 600, got inf",
        ),
        (
            "[desk]\nscreen_grace_s = nan",
            "desk.screen_grace_s: expected a number from 5 to 600, got nan",
        ),
        (
            "[desk]\nscreen_grace_s = true",
            "desk.screen_grace_s: expected a number from 5 to 600, got true or false",
        ),
        (
            "[desk]\nscreen_grace_s = 2026-01-01",
            "desk.screen_grace_s: expected a number from 5 to 600, got a date",
        ),
        ("[audit]\nkeep = 1", "audit.keep: unknown key; expected one of keep_days"),
        (
            "[audit]\nkeep_days = -1",
            "audit.keep_days: expected a whole number from 0 to 36500, got -1",
        ),
        (
            '[accounts]\nname = "a"',
            "accounts: expected tables that each begin with [[accounts]], got a table",
        ),
        (
            'accounts = ["a"]',
            "accounts: expected tables that each begin with [[accounts]], got a text",
        ),
    ],
)
def test_the_file_and_the_desk_table(file: Path, text: str, expected: str) -> None:
    assert complaint(file, text) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("venue = 'okx'", ".name: is missing; expected a text"),
        ("name = 5", ".name: expected a text, got a whole number"),
        ("name = ''", ".name: is empty; expected a name such as main-desk"),
        (
            "name = \"a\\u001b[2J\"\nvenue = 'okx'",
            ".name: expected printable characters, no space at either end and no dash in front, "
            'got "a\\x1b[2J"',
        ),
        (
            "name = 'a '",
            ".name: expected printable characters, no space at either end and no dash in front, "
            'got "a "',
        ),
        (
            "name = '--yes'",
            ".name: expected printable characters, no space at either end and no dash in front, "
            'got "--yes"',
        ),
        (f"name = '{'n' * 41}'", ".name: expected at most 40 characters, got 41"),
        (
            "name = 'a'",
            '.venue (account "a"): is missing; expected "htx" or "okx" or "bitget"',
        ),
        (
            "name = 'a'\nvenue = 'binance'",
            '.venue (account "a"): expected "htx" or "okx" or "bitget", got "binance"',
        ),
    ],
)
def test_what_an_account_is_called_and_where_it_is(file: Path, lines: str, expected: str) -> None:
    assert complaint(file, f"[[accounts]]\n{lines}") == f"accounts[1]{expected}"


@pytest.mark.parametrize(
    ("venue", "line", "expected"),
    [
        (
            "okx",
            "rest = 1",
            f"rest: unknown key; expected one of {', '.join(account_keys())}, deadman",
        ),
        ("okx", "rest_url = 1", "rest_url: expected a text, got a whole number"),
        ("okx", "rest_url = ''", "rest_url: expected an address such as https://host.example"),
        (
            "okx",
            "rest_url = 'ftp://a.example'",
            "rest_url: expected an address that begins with https://",
        ),
        (
            "okx",
            "rest_url = 'http://www.okx.com'",
            "rest_url: expected https:// (http:// is for this machine only)",
        ),
        (
            "okx",
            "rest_url = 'http://127.0.0.1.evil.example'",
            "rest_url: expected https:// (http:// is for this machine only)",
        ),
        (
            "okx",
            "rest_url = 'https://user:word@www.okx.com'",
            "rest_url: expected an address without user, password, ? or #",
        ),
        (
            "okx",
            "rest_url = 'https://www.okx.com/api'",
            "rest_url: expected scheme and host only, such as https://host.example",
        ),
        (
            "okx",
            "rest_url = 'https://www.okx.com:99999'",
            "rest_url: expected an address such as https://host.example",
        ),
        (
            "okx",
            "ws_url = 'ws://ws.okx.com/ws/v5/business'",
            "ws_url: expected wss:// (ws:// is for this machine only)",
        ),
        (
            "okx",
            "ws_url = 'https://ws.okx.com/ws/v5/business'",
            "ws_url: expected an address that begins with wss://",
        ),
        (
            "htx",
            "ws_url = 'wss://api.hbdm.com'",
            "ws_url: expected an address with its path, such as wss://host.example/path",
        ),
        (
            "bitget",
            "ws_url = 'wss://ws.bitget.com/v2'",
            "ws_url: Bitget is spoken to by REST only; leave it out",
        ),
        (
            "htx",
            "family = 'cross'",
            'family: expected "auto" or "legacy" or "unified", got "cross"',
        ),
        ("okx", "family = 'auto'", "family: OKX has no account families; leave it out"),
        (
            "okx",
            "contracts = ['BTC-USDT']",
            "contracts: OKX cancels without it; leave it out",
        ),
        ("htx", "contracts = 'BTC-USDT'", "contracts: expected a list of texts, got a text"),
        ("htx", "contracts = [1]", "contracts: expected a list of texts, got a whole number"),
        (
            "htx",
            "contracts = ['btc usdt']",
            'contracts: expected codes such as BTC-USDT, got "btc usdt"',
        ),
        (
            "htx",
            "demo_trading = true",
            "demo_trading: HTX has no paper trading; leave it out",
        ),
        ("okx", "demo_trading = 1", "demo_trading: expected true or false, got a whole number"),
        ("okx", "extra = ['RFQs']", 'extra: OKX offers "rfqs", got "RFQs"'),
        ("okx", "extra = ['rfqs', 'mmp']", 'extra: OKX offers "rfqs", got "mmp"'),
        ("okx", "extra = 'rfqs'", "extra: expected a list of texts, got a text"),
        ("htx", "extra = ['strategy']", 'extra: HTX offers "triggers", got "strategy"'),
        (
            "htx",
            "extra = ['triggers']\ncontracts = ['A-B', 'C-D', 'E-F', 'G-H', 'I-J', 'K-L']",
            'contracts: expected at most 5 beside extra "triggers", got 6',
        ),
        (
            "okx",
            "absent = ['spreads']",
            'absent: OKX knows "spread", "quote", "rfq", "order", "algo", "pending-quote", '
            'got "spreads"',
        ),
        ("okx", "absent = 'spread'", "absent: expected a list of texts, got a text"),
        (
            "okx",
            "absent = ['spread', 'quote']",
            "absent: leaves no order that a cancel reaches; take one out",
        ),
        (
            "bitget",
            "extra = ['strategy']\nabsent = ['strategy']",
            'absent: rules out all that extra "strategy" cancels',
        ),
        ("bitget", "deadman = 30", "deadman: expected a table [deadman], got a whole number"),
    ],
)
def test_what_an_account_says(file: Path, venue: str, line: str, expected: str) -> None:
    key, _, rest = expected.partition(":")
    assert complaint(file, account(venue, line)) == f'accounts[1].{key} (account "a"):{rest}'


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "after_s = 1",
            "after_s: unknown key; expected one of countdown_s, beat_s, on_quit, guards",
        ),
        ("countdown_s = 4", "countdown_s: expected a whole number from 5 to 60, got 4"),
        ("countdown_s = 61", "countdown_s: expected a whole number from 5 to 60, got 61"),
        (
            "countdown_s = 9.5",
            "countdown_s: expected a whole number from 5 to 60, got a number",
        ),
        (
            "countdown_s = true",
            "countdown_s: expected a whole number from 5 to 60, got true or false",
        ),
        (
            "beat_s = 26",
            "beat_s: a beat every 26 s cannot hold a countdown of 30 s: 26 + 1 x 2 + 0 x 1.05 = "
            "28 s is more than 30 - 3 = 27 s; the beat must be 25 s at most",
        ),
        (
            "countdown_s = 10\nbeat_s = 9",
            "beat_s: a beat every 9 s cannot hold a countdown of 10 s: 9 + 1 x 1.25 + 0 x 1.05 = "
            "10.25 s is more than 10 - 1 = 9 s; the beat must be 7.75 s at most",
        ),
        ("beat_s = 31", "beat_s: expected a number from 0 to 30, got 31"),
        ("beat_s = -1", "beat_s: expected a number from 0 to 30, got -1"),
        ("beat_s = nan", "beat_s: expected a number from 0 to 30, got nan"),
        (
            "beat_s = 0.5",
            "beat_s: a beat every 0.5 s is faster than the venue bears, one request every 1.05 s",
        ),
        (
            'on_quit = "hope"',
            'on_quit: expected "ask" or "fire" or "disarm", got "hope"',
        ),
    ],
)
def test_the_dead_man_timer(file: Path, line: str, expected: str) -> None:
    key, _, rest = expected.partition(":")
    text = account("bitget", "[accounts.deadman]", line)
    assert complaint(file, text) == f'accounts[1].deadman.{key} (account "a"):{rest}'


def test_a_timer_where_the_venue_has_none(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = replace(VENUES["okx"], spec=replace(VENUES["okx"].spec, timers=()))
    monkeypatch.setitem(VENUES, "okx", bare)
    assert complaint(file, account("okx", "[accounts.deadman]")) == (
        'accounts[1].deadman (account "a"): OKX has no dead-man timer; take this table out'
    )


@pytest.mark.parametrize(
    ("venue", "offered"), [("okx", '"okx-sprd", "okx-rfq", "okx-trade"'), ("htx", '"htx"')]
)
def test_a_timer_that_the_account_did_not_ask_for(file: Path, venue: str, offered: str) -> None:
    assert complaint(file, account(venue, "[accounts.deadman]")) == (
        f'accounts[1].deadman (account "a"): the account holds no dead-man timer; add timers = '
        f"[{offered}] to the account first, above this table, or take this table out"
    )


@pytest.mark.parametrize(
    ("venue", "timers"),
    [("okx", ("okx-rfq",)), ("okx", ("okx-sprd", "okx-trade")), ("htx", ("htx",))],
)
def test_timers_that_are_asked_for(file: Path, venue: str, timers: tuple[str, ...]) -> None:
    file.write_text(account(venue, f"timers = {[*timers, timers[0]]}"))
    found = load_settings(file).accounts[0]
    assert (found.timers, found.deadman) == (timers, TimerSettings())
    assert {timer.id for timer in VENUES[venue].spec.timers_of(found)} == set(timers)


@pytest.mark.parametrize(
    ("venue", "line", "expected"),
    [
        ("okx", "['okx']", 'OKX offers "okx-sprd", "okx-rfq", "okx-trade", got "okx"'),
        ("htx", "['okx-rfq']", 'HTX offers "htx", got "okx-rfq"'),
        ("bitget", "['htx']", 'Bitget offers none, got "htx"'),
        ("bitget", "['bitget']", '"bitget" is held without being named; take it out'),
        ("htx", "'htx'", "expected a list of texts, got a text"),
        ("htx", "[1]", "expected a list of texts, got a whole number"),
    ],
)
def test_timers_that_nobody_offers(file: Path, venue: str, line: str, expected: str) -> None:
    found = complaint(file, account(venue, f"timers = {line}"))
    assert found == f'accounts[1].timers (account "a"): {expected}'


@pytest.mark.parametrize(("countdown_s", "fits"), [(9, False), (10, True), (120, True)])
def test_the_countdown_is_within_the_range_of_the_accounts_timers(
    file: Path, countdown_s: int, fits: bool
) -> None:
    timers = 'timers = ["okx-sprd"]'
    text = account("okx", timers, "[accounts.deadman]", f"countdown_s = {countdown_s}")
    if fits:
        file.write_text(text)
        deadman = load_settings(file).accounts[0].deadman
        assert deadman is not None and deadman.countdown_s == countdown_s
    else:
        assert complaint(file, text) == (
            'accounts[1].deadman.countdown_s (account "a"): '
            "expected a whole number from 10 to 120, got 9"
        )


def test_several_timers_share_the_range_that_all_of_them_have(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = VENUES["okx"].spec
    short, long, _ = spec.timers
    timers = (replace(short, max_s=25), replace(long, min_s=20))
    narrow = replace(VENUES["okx"], spec=replace(spec, timers=timers))
    monkeypatch.setitem(VENUES, "okx", narrow)
    both = 'timers = ["okx-sprd", "okx-rfq"]'
    assert "from 20 to 25, got 30" in complaint(
        file, account("okx", both, "[accounts.deadman]", "countdown_s = 30")
    )
    file.write_text(account("okx", both))
    deadman = load_settings(file).accounts[0].deadman
    assert deadman is not None and deadman.countdown_s == 25  # the usual one, as far as it fits


def test_what_a_trader_should_know_of_his_timers(file: Path) -> None:
    tight = account(
        "okx",
        'timers = ["okx-sprd", "okx-rfq"]',
        "[accounts.deadman]",
        "countdown_s = 20",
        "beat_s = 15",
    )
    calm = account("bitget").replace('"a"', '"b"')
    without = account("htx").replace('"a"', '"c"')
    file.write_text("\n".join((tight, calm, without)))
    lost = (
        "a lost beat leaves no retry: 15 + 1 x 2 + 0 x 1.05 = 17 s is within 20 - 2 = 18 s, but "
        "15 + 2 x 2 + 1 x 1.05 = 20.05 s is more than 20 - 2 = 18 s"
    )
    assert timer_warnings(load_settings(file)) == (
        f'account "a", timer okx-sprd: {lost}',
        f'account "a", timer okx-rfq: {lost}',
    )


def guarded(*lines: str) -> str:
    return account("bitget", "[accounts.deadman.guards]", *lines)


def test_everything_that_a_guard_can_be(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/trader")
    file.write_text(
        guarded(
            "pid = 4711",
            'pid_file = "~/bot.pid"',
            'file = "/run/bot.beat"',
            "file_fresh_s = 2.5",
            'url = "http://127.0.0.1:8080/health?word=x"',
            "presence_min = 30",
        )
    )
    deadman = load_settings(file).accounts[0].deadman
    assert deadman is not None
    assert deadman.guards == GuardSettings(
        pid=4711,
        pid_file="/home/trader/bot.pid",
        file="/run/bot.beat",
        file_fresh_s=2.5,
        url="http://127.0.0.1:8080/health?word=x",
        presence_min=30.0,
    )


@pytest.mark.parametrize("line", ["", 'file = "/run/bot.beat"'])
def test_an_unsaid_guard_is_none(file: Path, line: str) -> None:
    file.write_text(guarded(line))
    deadman = load_settings(file).accounts[0].deadman
    assert deadman is not None
    assert deadman.guards == GuardSettings(file="/run/bot.beat" if line else "")


_ADDRESS = "expected an address such as http://127.0.0.1:8080/health"
_HERE = "expected an address on this machine (127.0.0.1, localhost or [::1]), got"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "pids = [1]",
            "pids: unknown key; expected one of pid, pid_file, file, file_fresh_s, url, "
            "presence_min",
        ),
        ("pid = 0", "pid: expected a whole number from 1 to 2147483647, got 0"),
        ("pid = -1", "pid: expected a whole number from 1 to 2147483647, got -1"),
        ("pid = '1'", "pid: expected a whole number from 1 to 2147483647, got a text"),
        ("pid_file = 1", "pid_file: expected a text, got a whole number"),
        ("pid_file = ''", 'pid_file: expected a full path such as /run/bot.beat, got ""'),
        ("file = 'a.beat'", 'file: expected a full path such as /run/bot.beat, got "a.beat"'),
        ("file_fresh_s = 9", "file_fresh_s: is for a file; add file = ... or take this key out"),
        (
            "file = '/a'\nfile_fresh_s = 0.5",
            "file_fresh_s: expected a number from 1 to 3600, got 0.5",
        ),
        (
            "file = '/a'\nfile_fresh_s = 3601",
            "file_fresh_s: expected a number from 1 to 3600, got 3601",
        ),
        ("presence_min = 0", "presence_min: expected a number from 1 to 1440, got 0"),
        ("presence_min = 1441", "presence_min: expected a number from 1 to 1440, got 1441"),
        (
            "presence_min = true",
            "presence_min: expected a number from 1 to 1440, got true or false",
        ),
        ("url = 8080", "url: expected a text, got a whole number"),
        ("url = ''", f"url: {_ADDRESS}"),
        ("url = 'ftp://127.0.0.1/'", f"url: {_ADDRESS}"),
        ("url = 'http:///health'", f"url: {_ADDRESS}"),
        ("url = 'http://127.0.0.1:99999/'", f"url: {_ADDRESS}"),
        ("url = 'http://127.0.0.1:0/'", f"url: {_ADDRESS}"),
        ("url = 'http://[::1/'", f"url: {_ADDRESS}"),
        ("url = 'http://127.0.0.1\\\\@a.example/'", f"url: {_ADDRESS}"),
        (
            "url = 'http://u:p@127.0.0.1/'",
            "url: expected an address without user and password",
        ),
        ("url = 'https://bot.example/'", f'url: {_HERE} "bot.example"'),
        ("url = 'http://10.0.0.1/'", f'url: {_HERE} "10.0.0.1"'),
        ("url = 'http://0.0.0.0/'", f'url: {_HERE} "0.0.0.0"'),
        (
            "url = 'http://127.0.0.1.evil.example/'",
            f'url: {_HERE} "127.0.0.1.evil.example"',
        ),
        ("url = 'http://[::2]/'", f'url: {_HERE} "::2"'),
    ],
)
def test_what_a_guard_cannot_be(file: Path, line: str, expected: str) -> None:
    key, _, rest = expected.partition(":")
    found = complaint(file, guarded(line))
    assert found == f'accounts[1].deadman.guards.{key} (account "a"):{rest}'


@pytest.mark.parametrize(
    "url",
    ["http://localhost:8080", "https://127.8.9.10/health", "http://[::1]:9/", "HTTP://LOCALHOST/"],
)
def test_a_guards_address_on_this_machine(file: Path, url: str) -> None:
    file.write_text(guarded(f"url = '{url}'"))
    deadman = load_settings(file).accounts[0].deadman
    assert deadman is not None and deadman.guards.url == url


@pytest.mark.parametrize("again", ["a", "A"])
def test_two_accounts_of_one_name(file: Path, again: str) -> None:
    text = account("okx") + "\n" + account("htx").replace('"a"', f'"{again}"')
    assert complaint(file, text) == (
        f'accounts[2].name: a second account is called "{again}"; rename one'
    )


def test_of_two_accounts_of_one_name_the_first_can_be_used(file: Path) -> None:
    file.write_text("\n".join([account("okx"), account("htx"), account("bitget", "rest = 1")]))
    accounts = load_settings(file).accounts
    assert [(one.name, one.venue, bool(one.problem)) for one in accounts] == [
        ("a", "okx", False),
        ("accounts[2]", "htx", True),
        ("accounts[3]", "bitget", True),
    ]


@pytest.mark.parametrize("table", ["name = 1", "", 'name = "a"\nvenue = [1]', "venue = {}"])
def test_a_bad_account_of_any_sort_leaves_the_others(file: Path, table: str) -> None:
    file.write_text(f"[[accounts]]\n{table}\n{account('okx')}".replace('"a"', '"b"', 1))
    bad, good = load_settings(file).accounts
    assert bad.problem
    assert not good.problem
    assert timer_warnings(load_settings(file)) == ()


@pytest.mark.parametrize(
    "code", ["BTC-USDT", "币安人生-USDT", "BTC-USDT-261225", "ΑΒΓ-USDT", "हिन्दी-USDT", "١٢-USDT"]
)
def test_a_contract_code_may_be_of_any_script(file: Path, code: str) -> None:
    file.write_text(account("htx", f'contracts = ["{code}"]'))
    assert load_settings(file).accounts[0].contracts == (code,)


@pytest.mark.parametrize(
    "code",
    [
        "币安人生",
        "币安-",
        "-USDT",
        "BTC--USDT",
        "btc-usdt",
        "BTC USDT",
        "BTC_USDT",
        "B\u200bTC-USDT",
    ],
)
def test_what_is_no_contract_code_in_any_script(file: Path, code: str) -> None:
    assert "expected codes such as BTC-USDT" in complaint(
        file, account("htx", f'contracts = ["{code}"]')
    )


@pytest.mark.parametrize("key", ["api_key", "secret_key", "passphrase", "Secret"])
@pytest.mark.parametrize("venue", ["okx", "no venue"])
def test_a_secret_in_the_file_is_refused_and_not_repeated(file: Path, key: str, venue: str) -> None:
    message = complaint(file, account(venue, f'{key} = "canary-7781"'))
    assert "secrets do not belong in this file" in message
    assert "canary" not in message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b'[desk]\nconfirm = "once\n', "line 2, column 16: not valid TOML: "),
        (b"[desk]\nconfirm once\n", "line 2, column 9: not valid TOML: "),
        (b"[desk]\n[desk]\n", "line 2, column 6: not valid TOML: "),
        (b"[desk", "end of document: not valid TOML: "),
        (b"[desk]\n# \xff\n", "line 2: expected text in UTF-8"),
        (b"[desk]\na = " + b"9" * 5_000, "cannot be read: a number is too long, or "),
        (b"[desk]\na = " + b"[" * 5_000, "cannot be read: a number is too long, or "),
        (b"[desk]\na = " + b"{a = " * 5_000, "cannot be read: a number is too long, or "),
    ],
)
def test_not_toml_at_all(file: Path, text: bytes, expected: str) -> None:
    assert complaint(file, text).startswith(expected)


def test_a_foreign_key_cannot_command_the_terminal(file: Path) -> None:
    assert complaint(file, '"\\u001b]52;c;x\\u0007" = 1').startswith("\\x1b]52;c;x\\x07: unknown")


def test_a_file_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="the settings file cannot be read: "):
        load_settings(tmp_path)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read(file: Path) -> None:
    file.touch(mode=0)
    with pytest.raises(SettingsError, match="cannot be read: Permission denied"):
        load_settings(file)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:8080", "http://127.9.9.9"]
)
def test_plain_http_on_this_machine(file: Path, url: str) -> None:
    file.write_text(
        account("okx", f'rest_url = "{url}"', f'ws_url = "{url.replace("http", "ws")}/x"')
    )
    assert load_settings(file).accounts[0].rest_url == url


def test_paper_trading_at_okx_has_a_socket_of_its_own(tmp_path: Path) -> None:
    text = b'[[accounts]]\nname = "p"\nvenue = "okx"\ndemo_trading = true\n'
    account = parse_settings(text, tmp_path / "config.toml").accounts[0]
    assert account.ws_url == "wss://wspap.okx.com:8443/ws/v5/business"
    named = text + b'rest_url = "http://127.0.0.1:9"\nws_url = "ws://127.0.0.1:9/ws/v5/business"\n'
    account = parse_settings(named, tmp_path / "config.toml").accounts[0]
    assert account.ws_url == "ws://127.0.0.1:9/ws/v5/business"


def test_keys_with_and_without_quotes_name_the_same_ids(file: Path) -> None:
    file.write_text('[keys]\n"cancel.all" = "F5"\npanel.next = "tab"\n')
    assert load_settings(file).keys == (("cancel.all", "F5"), ("panel.next", "tab"))
    assert complaint(file, "[keys]\npanel.next = 3").startswith("keys.panel.next: expected a text")


def test_a_home_that_nobody_has_is_no_full_path(file: Path) -> None:
    text = account("bitget", "[accounts.deadman.guards]", 'file = "~nobody-of-that-name/x"')
    assert "expected a full path" in complaint(file, text)


def test_a_countdown_that_one_of_several_timers_cannot_hold_is_warned_of(file: Path) -> None:
    """What is said is said before the start, of each timer, and stops no other."""
    spec = replace(
        VENUES["okx"].spec,
        timers=tuple(replace(t, spacing_s=n) for n, t in enumerate(VENUES["okx"].spec.timers, 1)),
    )
    file.write_text(account("okx", 'timers = ["okx-sprd", "okx-rfq"]'))
    found = load_settings(file).accounts[0]
    assert found.deadman is not None
    tight = replace(found, deadman=replace(found.deadman, beat_s=1.5))
    (warning,) = account_timer_warnings(tight, spec)
    assert warning.startswith('account "a", timer okx-rfq: a beat every 1.5 s is faster')


def test_an_account_can_say_what_it_has_none_of(file: Path) -> None:
    file.write_text(account("bitget", "absent = ['MARGIN', 'strategy', 'MARGIN']"))
    (found,) = load_settings(file).accounts
    assert (found.absent, found.problem) == (("MARGIN", "strategy"), "")
