"""The PIN: kept as a hash, found again, and never needed from a keyring to unlock."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend

from tui.core.secrets import Secret
from tui.service.secrets import pin as under_test
from tui.service.secrets.keyring import CredentialsError
from tui.service.secrets.pin import (
    PIN_USER,
    KeyringEntry,
    Pin,
    SessionEntry,
    forget_pin,
    pin_problem,
)
from tui.service.settings.loader import parse_settings

CANARY = "canary-77"


class MemoryKeyring(KeyringBackend):
    """A keyring that forgets."""

    priority = 1.0  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[tuple[str, str], str] = {}
        self.gone = False
        self.back = threading.Event()
        """Ends the silence for the questions that were asked in it."""

    def get_password(self, service: str, username: str) -> str | None:
        if self.gone and self.back.is_set():
            threading.Event().wait()
        if self.gone:
            self.back.wait()
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


@pytest.fixture
def memory() -> Iterator[MemoryKeyring]:
    before, ours = keyring.get_keyring(), MemoryKeyring()
    keyring.set_keyring(ours)
    yield ours
    keyring.set_keyring(before)


def test_a_pin_is_found_again_by_another_killdesk(memory: MemoryKeyring) -> None:
    first = Pin(KeyringEntry())
    assert not first.look() and not first.matches(Secret(""))
    first.set(Secret(CANARY))
    assert first.known and first.matches(Secret(CANARY))
    second = Pin(KeyringEntry())
    assert not second.known and second.look() and second.known
    assert second.matches(Secret(CANARY)) and not second.matches(Secret("canary-78"))


def test_the_keyring_has_a_salted_hash_and_never_the_pin(memory: MemoryKeyring) -> None:
    entries = []
    for _ in range(2):
        Pin(KeyringEntry()).set(Secret(CANARY))
        entries.append(memory.entries["killdesk", PIN_USER])
    assert entries[0] != entries[1], "each has a salt of its own"
    assert all(CANARY not in entry and CANARY.encode().hex() not in entry for entry in entries)
    assert int(json.loads(entries[0])["cost"].split()[0]) >= 2**14


def test_no_account_can_have_the_name_of_the_pin(tmp_path: object) -> None:
    from pathlib import Path

    text = f'[[accounts]]\nname = "{PIN_USER}"\nvenue = "htx"\n'
    (account,) = parse_settings(text.encode(), Path("config.toml")).accounts
    assert account.name != PIN_USER
    assert "no dash in front" in account.problem


def test_once_known_it_needs_no_keyring(memory: MemoryKeyring) -> None:
    pin = Pin(KeyringEntry())
    pin.set(Secret(CANARY))
    memory.gone = True
    assert pin.look() and pin.matches(Secret(CANARY))


def test_a_keyring_that_does_not_answer_is_said_and_its_late_answer_is_taken(
    memory: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    Pin(KeyringEntry()).set(Secret(CANARY))
    pin = Pin(KeyringEntry())
    memory.gone = True
    with monkeypatch.context() as brief:
        brief.setattr(under_test, "TIMEOUT_S", 0.05)
        with pytest.raises(CredentialsError, match="did not answer in time"):
            pin.look()
    memory.back.set()  # `gone` still stands: a new question would never be answered
    assert pin.look() and pin.matches(Secret(CANARY))


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "1234",
        "[]",
        "{}",
        '{"scrypt": "", "salt": "00", "cost": "32768 8 1"}',
        '{"scrypt": "zz", "salt": "00", "cost": "32768 8 1"}',
        '{"scrypt": 7, "salt": "00", "cost": "32768 8 1"}',
        '{"scrypt": "00", "salt": "00", "cost": "1073741824 8 1"}',
        '{"scrypt": "00", "salt": "00"}',
    ],
)
def test_an_entry_that_is_not_ours_is_refused_without_its_text(entry: str) -> None:
    kept = SessionEntry()
    kept.write(Secret(entry))
    with pytest.raises(CredentialsError, match="killdesk pin forget") as caught:
        Pin(kept).look()
    assert caught.value.__context__ is None, "a decoder's error holds the text"


def test_forgetting_takes_it_out(memory: MemoryKeyring) -> None:
    assert not forget_pin()
    Pin(KeyringEntry()).set(Secret(CANARY))
    assert forget_pin() and memory.entries == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("123", "at least 4"),
        ("", "at least 4"),
        ("1" * 65, "at most 64"),
        ("1234", ""),
        ("12x4", ""),
    ],
)
def test_what_can_be_a_pin(text: str, words: str) -> None:
    said = pin_problem(Secret(text))
    assert said == "" if not words else words in said
