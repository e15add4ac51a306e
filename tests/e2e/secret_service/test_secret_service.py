"""The keyring of a Linux desktop, for real: used, locked, dismissed, killed, and not there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import traceback
from collections.abc import Callable
from typing import Any

import keyring.core
import pytest

from tui.core.accounts import Account
from tui.core.secrets import Credentials, Secret
from tui.service.secrets.credentials import (
    CredentialsError,
    delete_credentials,
    describe_keyring,
    has_credentials,
    load_credentials,
    save_credentials,
)

Killdesk = Callable[..., "subprocess.CompletedProcess[str]"]
Open = Callable[..., Any]
SHORT_S, WAIT_S = 1.0, 20.0
CANARY = "canary-71c4-of-the-keyring"
DESK = Account("desk", "okx", "https://www.okx.com")
SAVED = Credentials(Secret("ak"), Secret(CANARY), Secret('p"p\\ e'))
NO_ANSWER = "the keyring did not answer in time; it may be waiting for its password"
GONE = "the keyring failed (SecretServiceNotAvailableException); check that it is running"
SECRET_SERVICE = "keyring.backends.SecretService.Keyring"


def refusal(question: Callable[[], object]) -> str:
    """The one sentence in which it is refused; nothing of a secret stands in it or behind it."""
    with pytest.raises(CredentialsError) as caught:
        question()
    error = caught.value
    assert error.__context__ is None
    assert error.__cause__ is None
    assert CANARY not in "".join(traceback.format_exception(error))
    assert str(error).isprintable()
    return str(error)


def test_a_key_is_kept_read_replaced_and_removed(secret_service: Any) -> None:
    assert describe_keyring() == (SECRET_SERVICE, None)
    assert refusal(lambda: load_credentials(DESK)).startswith("the keyring has no entry")
    save_credentials(DESK, SAVED)
    assert load_credentials(DESK) == SAVED
    changed = Credentials(Secret("another"), Secret(CANARY), Secret("word"))
    save_credentials(DESK, changed)
    assert load_credentials(DESK) == changed
    assert has_credentials("desk")
    assert delete_credentials("desk")
    assert not has_credentials("desk")
    assert not delete_credentials("desk")


def test_the_key_is_in_the_clear_in_no_file_of_the_keyring(
    secret_service: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    save_credentials(DESK, SAVED)
    folder = tmp_path_factory.getbasetemp()
    kept = list(folder.glob("ss*/data/keyrings/*.keyring"))
    assert kept
    assert not [path for path in kept if CANARY.encode() in path.read_bytes()]


def test_a_prompt_that_nobody_answers_ends_in_one_sentence(secret_service: Any) -> None:
    save_credentials(DESK, SAVED)
    secret_service.lock()
    prompter = secret_service.prompter(dismisses=False)
    assert refusal(lambda: load_credentials(DESK, SHORT_S)).startswith(NO_ANSWER)
    assert prompter.asked.wait(WAIT_S), "it must have been a prompt that held it up"
    assert refusal(lambda: save_credentials(DESK, SAVED, SHORT_S)).startswith(NO_ANSWER)
    assert refusal(lambda: delete_credentials("desk", SHORT_S)).startswith(NO_ANSWER)


def test_a_prompt_that_is_dismissed_is_a_keyring_that_is_locked(secret_service: Any) -> None:
    save_credentials(DESK, SAVED)
    secret_service.lock()
    prompter = secret_service.prompter(dismisses=True)
    questions = (
        lambda: load_credentials(DESK, WAIT_S),
        lambda: save_credentials(DESK, SAVED, WAIT_S),
        lambda: delete_credentials("desk", WAIT_S),
    )
    for question in questions:
        assert refusal(question).startswith("the keyring is locked (KeyringLocked); unlock it")
    assert prompter.asked.is_set()


def test_nobody_there_to_ask_is_a_keyring_that_is_locked(secret_service: Any) -> None:
    save_credentials(DESK, SAVED)
    secret_service.lock()
    assert refusal(lambda: load_credentials(DESK, WAIT_S)).startswith("the keyring is locked")


def test_a_daemon_that_died_between_two_calls(secret_service: Any) -> None:
    save_credentials(DESK, SAVED)
    secret_service.daemon.kill()
    secret_service.daemon.wait(WAIT_S)
    for question in (
        lambda: load_credentials(DESK, WAIT_S),
        lambda: save_credentials(DESK, SAVED, WAIT_S),
        lambda: delete_credentials("desk", WAIT_S),
        lambda: has_credentials("desk", WAIT_S),
    ):
        assert refusal(question).startswith(GONE)


@pytest.mark.parametrize("which", ["daemon", "bus"])
def test_what_dies_during_a_call(secret_service: Any, which: str) -> None:
    """The daemon is stopped first, so that the call is certainly under way when the end comes."""
    save_credentials(DESK, SAVED)
    os.kill(secret_service.daemon.pid, signal.SIGSTOP)
    told: list[str] = []
    asking = threading.Thread(
        target=lambda: told.append(refusal(lambda: load_credentials(DESK, WAIT_S)))
    )
    asking.start()
    asking.join(0.5)
    assert asking.is_alive()
    process = secret_service.daemon if which == "daemon" else secret_service.bus
    process.kill()
    asking.join(WAIT_S)
    assert not asking.is_alive()
    assert told and told[0].startswith("the keyring failed (")
    assert "locked (" not in told[0]


def test_a_daemon_that_hangs_is_not_waited_for(secret_service: Any) -> None:
    os.kill(secret_service.daemon.pid, signal.SIGSTOP)
    assert refusal(lambda: load_credentials(DESK, SHORT_S)).startswith(NO_ANSWER)
    os.kill(secret_service.daemon.pid, signal.SIGCONT)
    save_credentials(DESK, SAVED, WAIT_S)
    assert load_credentials(DESK, WAIT_S) == SAVED


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("unix:path=/nowhere/at/all", "the keyring failed (FileNotFoundError); check that it is"),
        ("", "the keyring that is configured cannot be used (RuntimeError); check"),
        ("rubbish", "the keyring that is configured cannot be used (RuntimeError); check"),
    ],
)
def test_no_bus(
    secret_service: Any, monkeypatch: pytest.MonkeyPatch, address: str, sentence: str
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)
    assert refusal(lambda: load_credentials(DESK, WAIT_S)).startswith(sentence)


def test_beside_one_that_keeps_no_secret_it_is_refused_by_name(
    killdesk: Killdesk, clean_env: dict[str, str]
) -> None:
    """keyrings.alt is installed here, so what Python's keyring chooses by itself is a chain."""
    del clean_env["PYTHON_KEYRING_BACKEND"]
    told = json.loads(killdesk("where", "--json").stdout)
    assert told["keyring"].startswith("keyring.backends.chainer.ChainerBackend (")
    assert SECRET_SERVICE in told["keyring"]
    assert "keyrings.alt.file.PlaintextKeyring does not keep secrets" in told["keyring_problem"]


def test_accounts_come_and_go_by_the_command_line(
    killdesk: Killdesk, configured: str, secret_service: Any
) -> None:
    done = killdesk("check", "--json", "--config", configured)
    assert json.loads(done.stdout)["ready"], done.stdout
    listed = json.loads(killdesk("accounts", "list", "--json", "--config", configured).stdout)
    assert [one["keyring"] for one in listed] == [True] * 4
    assert killdesk("accounts", "remove", "okx-desk", "--yes", "--config", configured).stdout
    assert not has_credentials("okx-desk")


def test_the_screen_lives_while_a_prompt_waits(
    terminal: Open, configured: str, secret_service: Any
) -> None:
    secret_service.lock()
    prompter = secret_service.prompter(dismisses=False)
    desk = terminal("--config", configured, columns=160, rows=46)
    assert prompter.asked.wait(WAIT_S)
    desk.press("?")
    desk.wait_for("esc close")
    desk.press("\x1b")
    desk.wait_for(lambda text: "esc close" not in text)
    desk.wait_for("keyring: no answer")
    desk.twice("X")
    desk.wait_for("denied")
    desk.press("\x1b")
    desk.wait_for(lambda text: "esc close" not in text)
    desk.press("q")
    assert desk.wait_end() == 0
