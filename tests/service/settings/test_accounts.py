"""What `killdesk accounts` does to settings and keyring, and what it takes for a secret."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import keyring.core
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from tui.cli import secret_prompt as secrets_input
from tui.cli.secret_prompt import SecretsInputError, ask_secrets, read_secrets
from tui.core.accounts import Account
from tui.core.secrets import Credentials, Secret
from tui.service.settings.accounts import (
    AccountEntry,
    Removal,
    find_accounts,
    list_accounts,
    plan_account,
    remove_account,
    store_account,
)
from tui.service.settings.loader import Settings, SettingsError, load_settings

CANARY = "canary-91ab"
OKX = Account("desk", "okx", "https://www.okx.com")
HTX = Account("hedge", "htx", "https://api.hbdm.com")
FULL = Credentials(Secret("ak"), Secret(CANARY), Secret("word"))


class MemoryKeyring(KeyringBackend):
    """A keyring that forgets, and can be locked."""

    priority = 1.0  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[str, str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringLocked
        return self.entries.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[username]


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> MemoryKeyring:
    backend = MemoryKeyring()
    monkeypatch.setattr(keyring.core, "_keyring_backend", backend)
    return backend


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text('[[accounts]]\nname = "desk"\nvenue = "okx"\n')
    return path


def test_a_new_account_goes_to_settings_and_keyring(file: Path, memory: MemoryKeyring) -> None:
    plan = plan_account(load_settings(file), file, {"name": "mm", "venue": "bitget"})
    store_account(plan, file, FULL)
    assert [account.name for account in load_settings(file).accounts] == ["desk", "mm"]
    assert json.loads(memory.entries["mm"])["secret_key"] == CANARY
    assert CANARY not in file.read_text()


def test_a_configured_account_only_gets_its_secrets(file: Path, memory: MemoryKeyring) -> None:
    before = file.read_bytes()
    plan = plan_account(load_settings(file), file, {"name": "desk"})
    store_account(plan, file, FULL)
    assert file.read_bytes() == before
    assert "desk" in memory.entries


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"name": "desk", "venue": "okx"}, 'is an account "desk" already; choose another'),
        ({"name": "DESK", "venue": "okx"}, 'is an account "desk" already; choose another'),
        ({"name": "", "venue": "okx"}, r"accounts\[2\].name: is empty"),
        ({"name": "x"}, r'accounts\[2\].venue \(account "x"\): is missing; expected'),
        ({"name": "x", "venue": "htx", "demo_trading": True}, "HTX has no paper trading"),
    ],
)
def test_what_cannot_be_added(file: Path, fields: dict[str, object], expected: str) -> None:
    with pytest.raises(SettingsError, match=expected):
        plan_account(load_settings(file), file, fields)


def test_a_file_that_cannot_be_written_leaves_no_entry(file: Path, memory: MemoryKeyring) -> None:
    plan = plan_account(load_settings(file), file, {"name": "mm", "venue": "bitget"})
    file.write_text("[broken\n")
    with pytest.raises(SettingsError):
        store_account(plan, file, FULL)
    assert memory.entries == {}


def test_the_list_tells_whose_key_is_there(file: Path, memory: MemoryKeyring) -> None:
    settings = load_settings(file)
    assert list_accounts(settings) == (AccountEntry("desk", "okx", keyring=False),)
    memory.entries["desk"] = CANARY
    assert list_accounts(settings) == (AccountEntry("desk", "okx", keyring=True),)
    memory.locked = True
    (entry,) = list_accounts(settings)
    assert entry.keyring is None
    assert str(entry.problem).startswith("the keyring is locked")


def test_removing_takes_both(file: Path, memory: MemoryKeyring) -> None:
    memory.entries["desk"] = CANARY
    assert remove_account(load_settings(file), file, "desk") == Removal(True, True)
    assert (load_settings(file).accounts, memory.entries) == ((), {})


def test_removing_what_is_in_one_place_only(file: Path, memory: MemoryKeyring) -> None:
    memory.entries["gone"] = CANARY
    settings = load_settings(file)
    assert remove_account(settings, file, "gone") == Removal(False, True)
    assert remove_account(settings, file, "desk") == Removal(True, False)
    with pytest.raises(SettingsError, match='there is no account "desk"; configured: none yet'):
        remove_account(load_settings(file), file, "desk")


def test_a_locked_keyring_keeps_its_entry_and_says_so(file: Path, memory: MemoryKeyring) -> None:
    memory.locked = True
    removal = remove_account(load_settings(file), file, "desk")
    assert removal.from_settings
    assert removal.problem.startswith("the keyring is locked")


def test_accounts_are_found_by_name(file: Path) -> None:
    settings = load_settings(file)
    assert find_accounts(settings, []) == settings.accounts
    assert find_accounts(settings, ["desk", "desk"]) == settings.accounts
    with pytest.raises(SettingsError, match='there is no account "x"; configured: desk'):
        find_accounts(settings, ["x"])
    assert find_accounts(Settings(), []) == ()


# --- secrets piped in -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        f"ak\n{CANARY}\nword\n",
        f"\r\n ak \r\n{CANARY}\r\nword",
        f'{{"api_key": "ak", "secret_key": "{CANARY}", "passphrase": "word"}}',
        f'{{"name": "x", "api_key": "ak", "secret_key": "{CANARY}", "passphrase": "word"}}',
    ],
)
def test_lines_or_json(text: str) -> None:
    assert read_secrets(OKX, Secret(text)) == FULL


def test_a_venue_without_a_passphrase() -> None:
    assert read_secrets(HTX, Secret("ak\nsk")) == Credentials(Secret("ak"), Secret("sk"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "expected 3 lines on stdin (api_key, secret_key, passphrase), got 0"),
        (f"ak\n{CANARY}", "expected 3 lines on stdin (api_key, secret_key, passphrase), got 2"),
        (f'{{"{CANARY}', "expected one JSON object with api_key, secret_key, passphrase"),
        (f'{{"secret": "{CANARY}"}}', 'the api_key of "desk" is missing; OKX needs api_key, sec'),
        (f'{{"api_key": "{CANARY}"}}', 'the secret_key of "desk" is missing; OKX needs api_key'),
        (f"ak\nx{CANARY}é\nword", 'the secret_key of "desk" holds characters that no key has'),
    ],
)
def test_what_is_no_secret(text: str, expected: str) -> None:
    with pytest.raises(SecretsInputError) as caught:
        read_secrets(OKX, Secret(text))
    assert str(caught.value).startswith(expected)
    assert CANARY not in str(caught.value)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_each_is_prompted_for_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {"api_key": "ak ", "secret_key": CANARY, "passphrase": "word"}
    asked: list[str] = []

    def prompt(question: str) -> str:
        asked.append(question)
        return answers[question.split()[0]]

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(secrets_input.getpass, "getpass", prompt)
    assert ask_secrets(OKX) == FULL
    assert asked == ["api_key of desk: ", "secret_key of desk: ", "passphrase of desk: "]


def test_a_terminal_that_shows_what_is_typed_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def prompt(question: str) -> str:
        secrets_input.warnings.warn("echo", secrets_input.getpass.GetPassWarning, stacklevel=2)
        return CANARY

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(secrets_input.getpass, "getpass", prompt)
    with pytest.raises(SecretsInputError, match="cannot hide what is typed"):
        ask_secrets(OKX)


def test_bytes_that_are_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    piped = io.TextIOWrapper(io.BytesIO(f"{CANARY}\xff".encode("latin-1")), encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", piped)
    with pytest.raises(SecretsInputError, match="as text in UTF-8") as caught:
        ask_secrets(OKX)
    assert caught.value.__context__ is None


def test_no_stdin_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(SecretsInputError, match="no standard input"):
        ask_secrets(OKX)
