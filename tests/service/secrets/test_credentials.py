"""Secrets from the keyring: had in time or explained in one sentence, and never shown."""

from __future__ import annotations

import json
import threading
import time
import traceback
from collections.abc import Callable, Iterator

import keyring
import keyring.core
import keyring.errors
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import chainer, fail, null
from keyrings.alt.file import PlaintextKeyring

from tui.core.accounts import Account
from tui.core.secrets import Credentials, Secret
from tui.service.secrets import credentials as under_test
from tui.service.secrets.credentials import (
    CredentialsError,
    delete_credentials,
    describe_keyring,
    find_credentials,
    has_credentials,
    insecure_keyring,
    load_credentials,
    require_keyring,
    save_credentials,
)

CANARY = "canary-5f2e"
OKX = Account("desk", "okx", "https://www.okx.com")
HTX = Account("hedge", "htx", "https://api.hbdm.com")
ENTRY = {"api_key": "ak-1", "secret_key": CANARY, "passphrase": f"{CANARY} word"}


class MemoryKeyring(KeyringBackend):
    """A keyring that forgets."""

    priority = 1.0  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[tuple[str, str], str] = {}
        self.threads: set[threading.Thread] = set()

    def get_password(self, service: str, username: str) -> str | None:
        self.threads.add(threading.current_thread())
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


class FailingKeyring(MemoryKeyring):
    """A keyring whose every answer is an error that blabs."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def get_password(self, service: str, username: str) -> str | None:
        raise self.error

    def set_password(self, service: str, username: str, password: str) -> None:
        raise self.error


class SilentKeyring(MemoryKeyring):
    """A keyring whose prompt nobody answers."""

    def __init__(self) -> None:
        super().__init__()
        self.answered = threading.Event()
        self.asked = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        self.answered.wait(30)
        return None


class HomeMadePlaintextKeyring(MemoryKeyring):
    """Says what it is by its name."""


@pytest.fixture(autouse=True)
def no_permission_for_insecure_keyrings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KILLDESK_INSECURE_KEYRING", raising=False)


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Callable[[KeyringBackend], None]:
    def put(backend: KeyringBackend) -> None:
        monkeypatch.setattr(keyring.core, "_keyring_backend", backend)

    return put


@pytest.fixture
def memory(use: Callable[[KeyringBackend], None]) -> MemoryKeyring:
    backend = MemoryKeyring()
    use(backend)
    return backend


def refusal(question: Callable[[], object]) -> str:
    """The one sentence, after making sure that nothing of it can leak a secret."""
    with pytest.raises(CredentialsError) as caught:
        question()
    error = caught.value
    assert error.__context__ is None
    assert error.__cause__ is None
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    ours = [frame for frame in shown.stack if "/tui/" in frame.filename]
    told = "".join(str(frame.locals) for frame in ours) + str(error)
    assert CANARY not in told
    assert str(error).isprintable()
    return str(error)


# --- what is stored and found ---------------------------------------------------------------------


def test_what_was_saved_is_loaded(memory: MemoryKeyring) -> None:
    saved = Credentials(Secret("ak"), Secret(CANARY), Secret("word"))
    save_credentials(OKX, saved)
    assert load_credentials(OKX) == saved
    assert json.loads(memory.entries["killdesk", "desk"]) == {
        "api_key": "ak",
        "secret_key": CANARY,
        "passphrase": "word",
    }


def test_a_venue_without_a_passphrase_gets_none(memory: MemoryKeyring) -> None:
    save_credentials(HTX, Credentials(Secret("ak"), Secret(CANARY)))
    assert "passphrase" not in json.loads(memory.entries["killdesk", "hedge"])
    memory.entries["killdesk", "hedge"] = json.dumps(ENTRY)
    assert load_credentials(HTX) == Credentials(Secret("ak-1"), Secret(CANARY))


def test_an_entry_is_there_until_it_is_deleted(memory: MemoryKeyring) -> None:
    memory.entries["killdesk", "desk"] = json.dumps(ENTRY)
    assert has_credentials("desk")
    assert delete_credentials("desk")
    assert not has_credentials("desk")
    assert not delete_credentials("desk")


def test_the_keyring_is_asked_in_a_daemon_thread(memory: MemoryKeyring) -> None:
    has_credentials("desk")
    (thread,) = memory.threads
    assert thread.daemon
    assert thread is not threading.current_thread()


def test_what_a_desk_gets_is_the_credentials_or_a_sentence(memory: MemoryKeyring) -> None:
    memory.entries["killdesk", "hedge"] = json.dumps(ENTRY)
    assert find_credentials(HTX) == Credentials(Secret("ak-1"), Secret(CANARY))
    assert str(find_credentials(OKX)).startswith('the keyring has no entry for "desk"; store its')


# --- entries that are no good ---------------------------------------------------------------------


def test_no_entry(memory: MemoryKeyring) -> None:
    assert refusal(lambda: load_credentials(OKX)) == (
        'the keyring has no entry for "desk"; store its key with e on the dashboard or with '
        "`killdesk accounts add desk`"
    )


@pytest.mark.parametrize(
    "entry", [CANARY, f'"{CANARY}"', f'["{CANARY}"]', f'{{"api_key": "{CANARY}"', "", "[" * 99_999]
)
def test_not_the_json_that_we_store(memory: MemoryKeyring, entry: str) -> None:
    memory.entries["killdesk", "desk"] = entry
    assert refusal(lambda: load_credentials(OKX)) == (
        'the keyring entry of "desk" is not the JSON that killdesk stores; '
        "run `killdesk accounts add desk` for it again"
    )


@pytest.mark.parametrize("field", ["api_key", "secret_key", "passphrase"])
@pytest.mark.parametrize("value", [None, "", 5, [CANARY]])
def test_a_field_is_missing(memory: MemoryKeyring, field: str, value: object) -> None:
    memory.entries["killdesk", "desk"] = json.dumps(ENTRY | {field: value})
    assert refusal(lambda: load_credentials(OKX)) == (
        f'the {field} of "desk" is missing; OKX needs api_key, secret_key, passphrase; '
        "run `killdesk accounts add desk` for it again"
    )


@pytest.mark.parametrize("value", [f"{CANARY}\n", f" {CANARY}", f"{CANARY}\r\nX: y", f"{CANARY}é"])
def test_a_field_that_cannot_be_sent(memory: MemoryKeyring, value: str) -> None:
    memory.entries["killdesk", "desk"] = json.dumps(ENTRY | {"secret_key": value})
    assert 'the secret_key of "desk" holds characters that no key has' in refusal(
        lambda: load_credentials(OKX)
    )


# --- keyrings that are no good --------------------------------------------------------------------


@pytest.mark.parametrize(
    "backend",
    [PlaintextKeyring, null.Keyring, HomeMadePlaintextKeyring],
)
def test_a_keyring_that_keeps_no_secret_is_refused_by_name(
    use: Callable[[KeyringBackend], None], backend: type[KeyringBackend]
) -> None:
    use(backend())
    for question in (
        lambda: load_credentials(OKX),
        lambda: save_credentials(OKX, Credentials(Secret("a"), Secret(CANARY), Secret("p"))),
        lambda: has_credentials("desk"),
        lambda: delete_credentials("desk"),
        require_keyring,
    ):
        sentence = refusal(question)
        assert sentence.startswith(f"the keyring {backend.__module__}.{backend.__qualname__} does")
        assert "set up the system's own" in sentence


def test_a_machine_without_a_keyring_is_told_what_to_install(
    use: Callable[[KeyringBackend], None],
) -> None:
    use(fail.Keyring())
    sentence = refusal(require_keyring)
    assert sentence.startswith("this machine has no keyring: on a desktop")
    assert "on a server, install gnome-keyring and dbus" in sentence
    assert "keyrings.alt" not in sentence


def test_the_chain_is_looked_into(
    use: Callable[[KeyringBackend], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = [MemoryKeyring(), PlaintextKeyring()]
    monkeypatch.setattr(chainer.ChainerBackend, "backends", parts)
    use(chainer.ChainerBackend())
    assert "the keyring keyrings.alt.file.PlaintextKeyring does not keep secrets" in refusal(
        require_keyring
    )
    parts.pop()
    assert "MemoryKeyring" in require_keyring()


def test_the_environment_may_accept_it_and_the_screen_can_tell(
    use: Callable[[KeyringBackend], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = HomeMadePlaintextKeyring()
    backend.entries["killdesk", "desk"] = json.dumps(ENTRY)
    use(backend)
    assert insecure_keyring() is None
    name, problem = describe_keyring()
    assert name is not None
    assert "does not keep secrets" in str(problem)
    for value in ("0", "yes", ""):
        monkeypatch.setenv("KILLDESK_INSECURE_KEYRING", value)
        refusal(lambda: load_credentials(OKX))
    monkeypatch.setenv("KILLDESK_INSECURE_KEYRING", "1")
    assert load_credentials(OKX).secret_key == Secret(CANARY)
    assert str(insecure_keyring()).endswith("HomeMadePlaintextKeyring")
    assert "KILLDESK_INSECURE_KEYRING=1" in str(describe_keyring()[1])


def test_a_proper_keyring_is_not_called_insecure(
    memory: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KILLDESK_INSECURE_KEYRING", "1")
    assert insecure_keyring() is None
    assert describe_keyring()[1] is None


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (keyring.errors.KeyringLocked(CANARY), "the keyring is locked (KeyringLocked); unlock it"),
        (keyring.errors.InitError(CANARY), "the keyring is locked (InitError); unlock it"),
        (keyring.errors.NoKeyringError(CANARY), "this machine has no keyring: on a desktop"),
        (
            keyring.errors.PasswordSetError(CANARY),
            "the keyring refused the change (PasswordSetError); check",
        ),
        (keyring.errors.KeyringError(CANARY), "the keyring failed (KeyringError); check"),
        (OSError(CANARY), "the keyring failed (OSError); check"),
    ],
)
def test_a_keyring_that_fails(
    use: Callable[[KeyringBackend], None], error: Exception, expected: str
) -> None:
    use(FailingKeyring(error))
    credentials = Credentials(Secret("a"), Secret(CANARY), Secret("p"))
    assert refusal(lambda: load_credentials(OKX)).startswith(expected)
    assert refusal(lambda: save_credentials(OKX, credentials)).startswith(expected)


class ItemNotFoundException(Exception):
    """Called as secretstorage calls its own."""


@pytest.mark.parametrize(
    "error",
    [
        keyring.errors.InitError("Failed to create the collection: Prompt dismissed.."),
        ItemNotFoundException("Item does not exist!"),
    ],
)
def test_a_keyring_that_is_not_there_for_a_moment_is_asked_once_more(
    memory: MemoryKeyring, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """As gnome-keyring is while it stores an entry."""
    credentials = Credentials(Secret("a"), Secret(CANARY), Secret("p"))
    save_credentials(OKX, credentials)
    failures = [error]
    read = memory.get_password

    def get_password(service: str, name: str) -> str | None:
        if failures:
            raise failures.pop()
        return read(service, name)

    monkeypatch.setattr(memory, "get_password", get_password)
    assert load_credentials(OKX) == credentials
    assert not failures


def test_the_environment_accepts_no_keyring_that_is_none(
    use: Callable[[KeyringBackend], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KILLDESK_INSECURE_KEYRING", "1")
    use(fail.Keyring())
    assert refusal(lambda: load_credentials(OKX)).startswith("this machine has no keyring: ")


def test_a_keyring_that_forgets_is_noticed(
    use: Callable[[KeyringBackend], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KILLDESK_INSECURE_KEYRING", "1")
    use(null.Keyring())
    credentials = Credentials(Secret("a"), Secret(CANARY), Secret("p"))
    assert "did not keep it" in refusal(lambda: save_credentials(OKX, credentials))


@pytest.mark.parametrize("name", ["no.such.module", "keyring.backends.null.Nothing", "", "x"])
def test_a_keyring_that_is_configured_wrongly(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", name)
    sentence = refusal(lambda: load_credentials(OKX))
    assert sentence.startswith("the keyring that is configured cannot be used (")
    assert "PYTHON_KEYRING_BACKEND" in sentence


# --- keyrings that do not answer ------------------------------------------------------------------


@pytest.fixture
def silent(use: Callable[[KeyringBackend], None]) -> Iterator[SilentKeyring]:
    backend = SilentKeyring()
    use(backend)
    yield backend
    backend.answered.set()


def test_a_prompt_that_nobody_answers_does_not_hang_the_desk(silent: SilentKeyring) -> None:
    began = time.monotonic()
    assert refusal(lambda: load_credentials(OKX, timeout_s=0.2)).startswith(
        "the keyring did not answer in time; it may be waiting for its password"
    )
    assert time.monotonic() - began < 2


def test_the_usual_limit_is_five_seconds() -> None:
    assert under_test.TIMEOUT_S == 5.0
