"""The settings file: what it means, and the one line for each way in which it can be wrong."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tui.core.accounts import Account, TimerSettings
from tui.service.settings import Settings, SettingsError, load_settings, parse_settings
from tui.venues import VENUES

DESIGN = """
[desk]
confirm = "once"
screen_grace_s = 45

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


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def complaint(file: Path, text: str | bytes) -> str:
    """The one line about `text`, without the file's name in front."""
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(SettingsError) as caught:
        load_settings(file)
    message = str(caught.value)
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
        accounts=(
            Account(
                "htx-main",
                "htx",
                rest_url="https://api.hbdm.com",
                ws_url="wss://api.hbdm.com/linear-swap-trade",
                family="legacy",
                contracts=("BTC-USDT", "ETH-USDT-260925"),
            ),
            Account(
                "okx-desk",
                "okx",
                rest_url="https://eea.okx.com",
                ws_url="wss://wseeapap.okx.com:8443/ws/v5/business",
                demo_trading=True,
                extras=("rfqs",),
            ),
            Account(
                "bitget-mm",
                "bitget",
                rest_url="https://api.bitget.com",
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
    assert (found.family, found.contracts, found.demo_trading) == ("auto", (), False)
    assert found.extras == ()
    assert found.deadman == (TimerSettings() if spec.timers else None)


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
        ("[desks]", "desks: unknown key; expected one of desk, accounts"),
        ("[desk]\nconfrm = 1", "desk.confrm: unknown key; expected one of confirm, screen_grace_s"),
        ("desk = 3", "desk: expected a table [desk], got a whole number"),
        (
            '[desk]\nconfirm = "thrice"',
            'desk.confirm: expected "twice" or "once", got "thrice"',
        ),
        ("[desk]\nconfirm = 2", 'desk.confirm: expected "twice" or "once", got a whole number'),
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
        ("name = ''", ".name: is empty; expected a name such as okx-desk"),
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
            "rest: unknown key; expected one of name, venue, rest_url, ws_url, family, contracts, "
            "extra, demo_trading, deadman",
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
            "ws_url: Bitget is spoken to by REST only; take this key out",
        ),
        (
            "htx",
            "family = 'cross'",
            'family: expected "auto" or "legacy" or "unified", got "cross"',
        ),
        ("okx", "family = 'auto'", "family: OKX has no account families; take this key out"),
        (
            "okx",
            "contracts = ['BTC-USDT']",
            "contracts: OKX cancels without it; take this key out",
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
            "demo_trading: HTX has no paper trading; take this key out",
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
        ("bitget", "deadman = 30", "deadman: expected a table [deadman], got a whole number"),
    ],
)
def test_what_an_account_says(file: Path, venue: str, line: str, expected: str) -> None:
    key, _, rest = expected.partition(":")
    assert complaint(file, account(venue, line)) == f'accounts[1].{key} (account "a"):{rest}'


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("after_s = 1", "after_s: unknown key; expected one of countdown_s, beat_s, on_quit"),
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
            "beat_s = 11",
            "beat_s: expected a number from 1.05 to 10, a third of countdown_s at most so that two "
            "lost beats do no harm, got 11",
        ),
        (
            "beat_s = 0.5",
            "beat_s: expected a number from 1.05 to 10, a third of countdown_s at most so that two "
            "lost beats do no harm, got 0.5",
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


def test_a_timer_where_the_venue_has_none(file: Path) -> None:
    without = [venue for venue in VENUES.values() if not venue.spec.timers]
    for venue in without:
        text = account(venue.spec.id, "[accounts.deadman]")
        assert complaint(file, text) == (
            f'accounts[1].deadman (account "a"): {venue.spec.title} has no dead-man timer; '
            "take this table out"
        )


@pytest.mark.parametrize("again", ["a", "A"])
def test_two_accounts_of_one_name(file: Path, again: str) -> None:
    text = account("okx") + "\n" + account("htx").replace('"a"', f'"{again}"')
    assert complaint(file, text) == (
        f'accounts[2].name: a second account is called "{again}"; rename one'
    )


@pytest.mark.parametrize("key", ["api_key", "secret_key", "passphrase", "Secret"])
def test_a_secret_in_the_file_is_refused_and_not_repeated(file: Path, key: str) -> None:
    message = complaint(file, account("okx", f'{key} = "canary-7781"'))
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
    named = text + b'ws_url = "ws://127.0.0.1:9/ws/v5/business"\n'
    account = parse_settings(named, tmp_path / "config.toml").accounts[0]
    assert account.ws_url == "ws://127.0.0.1:9/ws/v5/business"
