"""Secrets in the OS keyring, and only in one that keeps them secret.

Every function here may block, most of them for a time limit, so call them off the event loop.
"""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Mapping
from concurrent.futures import Future
from typing import TYPE_CHECKING

from tui.core.accounts import Account
from tui.core.secrets import Credentials, Secret
from tui.service.secrets.keyring import (
    INSECURE_SWITCH,
    NO_KEYRING,
    CredentialsError,
    NoAnswerError,
    answer_of,
    backend_name,
    begin_question,
    call_keyring,
    insecure_parts,
    is_none_at_all,
)

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

    from tui.venues.base.specs import VenueSpec

__all__ = [
    "FIELDS",
    "PROMPT_TIMEOUT_S",
    "TIMEOUT_S",
    "CredentialsError",
    "NoAnswerError",
    "answer_of",
    "begin_entry",
    "credentials_problem",
    "decode_fields",
    "delete_credentials",
    "describe_keyring",
    "find_credentials",
    "has_credentials",
    "insecure_keyring",
    "load_credentials",
    "make_credentials",
    "needed_fields",
    "read_entry",
    "require_keyring",
    "save_credentials",
    "write_entry",
    "wrong_field",
]

SERVICE = "killdesk"
TIMEOUT_S = 5.0
PROMPT_TIMEOUT_S = 120.0
"""For commands that somebody sits in front of, who may have to unlock the keyring first."""
FIELDS = ("api_key", "secret_key", "passphrase")
_LONGEST_ENTRY = 64 * 1024


def load_credentials(account: Account, timeout_s: float | None = TIMEOUT_S) -> Credentials:
    """The account's credentials from the keyring.

    Raises CredentialsError, one sentence with its remedy, when there is no keyring, none that keeps
    secrets, no answer in time, no entry, or one that is not complete.
    """

    return _read_entry(account, read_entry(account.name, timeout_s))


def find_credentials(account: Account) -> Credentials | str:
    """The account's credentials, or the sentence that says why there are none.

    Waits for as long as the keyring takes: while somebody unlocks it, and for ever if it hangs.
    """
    try:
        return load_credentials(account, None)
    except CredentialsError as error:
        return str(error)


def save_credentials(
    account: Account, credentials: Credentials, timeout_s: float = TIMEOUT_S
) -> None:
    """Puts the account's credentials into the keyring, over what was there.

    Raises CredentialsError.
    """
    fields = {"api_key": credentials.api_key, "secret_key": credentials.secret_key}
    if credentials.passphrase is not None:
        fields["passphrase"] = credentials.passphrase
    entry = Secret(json.dumps({name: value.reveal() for name, value in fields.items()}))
    write_entry(account.name, entry, timeout_s)


def read_entry(name: str, timeout_s: float | None = TIMEOUT_S) -> Secret | None:
    """What the keyring has under that name; None for nothing. Raises CredentialsError."""
    return answer_of(begin_entry(name), timeout_s)


def begin_entry(name: str) -> Future[Secret | None]:
    """Asks for the entry of that name, and returns at once: for `answer_of`."""

    def read(keyring: KeyringBackend) -> Secret | None:
        entry = _accepted(keyring).get_password(SERVICE, name)
        return None if entry is None else Secret(entry)

    return begin_question(read)


def write_entry(name: str, entry: Secret, timeout_s: float = TIMEOUT_S) -> None:
    """Puts it into the keyring under that name, over what was there. Raises CredentialsError."""

    def save(keyring: KeyringBackend) -> bool:
        _accepted(keyring).set_password(SERVICE, name, entry.reveal())
        return keyring.get_password(SERVICE, name) == entry.reveal()

    if not call_keyring(save, timeout_s):
        raise CredentialsError(
            f'the keyring took the entry of "{name}" but did not keep it; '
            "set up another one with PYTHON_KEYRING_BACKEND"
        )


def delete_credentials(name: str, timeout_s: float = TIMEOUT_S) -> bool:
    """Takes the entry of that account name out of the keyring; False if there was none.

    Raises CredentialsError.
    """

    def delete(keyring: KeyringBackend) -> bool:
        if _accepted(keyring).get_password(SERVICE, name) is None:
            return False
        keyring.delete_password(SERVICE, name)
        return True

    return call_keyring(delete, timeout_s)


def has_credentials(name: str, timeout_s: float = TIMEOUT_S) -> bool:
    """Whether the keyring has an entry of that account name. Raises CredentialsError."""
    return call_keyring(
        lambda keyring: _accepted(keyring).get_password(SERVICE, name) is not None, timeout_s
    )


def require_keyring(timeout_s: float = TIMEOUT_S) -> str:
    """The name of the keyring in use. Raises CredentialsError if it is not acceptable."""
    return call_keyring(lambda keyring: backend_name(_accepted(keyring)), timeout_s)


def describe_keyring(timeout_s: float = TIMEOUT_S) -> tuple[str | None, str | None]:
    """The name of the keyring in use, and what is wrong with it; None where there is nothing."""
    try:
        name = call_keyring(backend_name, timeout_s)
    except CredentialsError as error:
        return None, str(error)
    try:
        require_keyring(timeout_s)
    except CredentialsError as error:
        return name, str(error)
    insecure = insecure_keyring(timeout_s)
    if insecure:
        return name, f"it keeps no secret and is used because {INSECURE_SWITCH}=1 says so"
    return name, None


def insecure_keyring(timeout_s: float = TIMEOUT_S) -> str | None:
    """The name of a keyring that keeps no secret and is used all the same, for the screen to show.

    None when the keyring is a proper one, is refused, or does not answer.
    """
    if not _insecure_allowed():
        return None
    try:
        parts = call_keyring(insecure_parts, timeout_s)
    except CredentialsError:
        return None
    return ", ".join(parts) or None


def make_credentials(account: Account, fields: Mapping[str, Secret]) -> Credentials:
    """Credentials of those fields, checked against what the venue needs. Raises CredentialsError.

    A passphrase is left out for a venue that has none.
    """
    problem = credentials_problem(account, fields)
    if problem:
        raise CredentialsError(f"{problem}; run `{_add_again(account)}` for it again")
    passphrase = fields["passphrase"] if "passphrase" in needed_fields(account) else None
    return Credentials(fields["api_key"], fields["secret_key"], passphrase)


def credentials_problem(account: Account, fields: Mapping[str, Secret]) -> str | None:
    """What keeps those fields from being the account's credentials, in one sentence."""
    wrong = wrong_field(account, fields)
    return None if wrong is None else f'the {wrong[0]} of "{account.name}" {wrong[1]}'


def wrong_field(account: Account, fields: Mapping[str, Secret]) -> tuple[str, str] | None:
    """The first field that cannot be used, and what is wrong with it; None if all can."""
    needed = needed_fields(account)
    for name in needed:
        value = fields.get(name)
        if not value:
            title = _spec(account).title
            return name, f"is missing; {title} needs {', '.join(needed)}"
        if not _is_sendable(value):
            return name, (
                "holds characters that no key has, such as a space at its end or a line break"
            )
    return None


def needed_fields(account: Account) -> tuple[str, ...]:
    """The secrets that the account's venue asks for, in the order in which they are prompted."""
    return FIELDS if _spec(account).passphrase else FIELDS[:2]


def decode_fields(entry: Secret) -> dict[str, Secret] | None:
    """The texts of a JSON object; None if it is no such thing."""
    # The decoder's own error holds the whole entry, so it must not become anybody's context.
    if len(entry.reveal()) > _LONGEST_ENTRY:
        return None
    try:
        decoded: object = json.loads(entry.reveal())
    except (ValueError, RecursionError):
        return None
    if not isinstance(decoded, dict):
        return None
    return {name: Secret(value) for name, value in decoded.items() if isinstance(value, str)}


def _read_entry(account: Account, entry: Secret | None) -> Credentials:
    if entry is None:
        raise CredentialsError(
            f'the keyring has no entry for "{account.name}"; '
            f"store its key with e on the dashboard or with `{_add_again(account)}`"
        )
    fields = decode_fields(entry)
    if fields is None:
        raise CredentialsError(
            f'the keyring entry of "{account.name}" is not the JSON that killdesk stores; '
            f"run `{_add_again(account)}` for it again"
        )
    return make_credentials(account, fields)


def _add_again(account: Account) -> str:
    """The command that stores the key of a configured account."""
    return shlex.join(("killdesk", "accounts", "add", account.name))


def _is_sendable(value: Secret) -> bool:
    """Whether it can stand in a header as it is."""
    text = value.reveal()
    return text.isascii() and text.isprintable() and text == text.strip()


def _accepted(keyring: KeyringBackend) -> KeyringBackend:
    """`keyring`, if it keeps secrets or need not. Raises CredentialsError."""
    if is_none_at_all(keyring):
        raise CredentialsError(NO_KEYRING)
    refused = insecure_parts(keyring)
    if refused and not _insecure_allowed():
        raise CredentialsError(
            f"the keyring {refused[0]} does not keep secrets; set up the system's own "
            "(Secret Service or KWallet on Linux, Keychain, Windows Credential Manager), take "
            "keyrings.alt out, or point PYTHON_KEYRING_BACKEND at it"
        )
    return keyring


def _insecure_allowed() -> bool:
    return os.environ.get(INSECURE_SWITCH) == "1"


def _spec(account: Account) -> VenueSpec:
    from tui.venues import VENUES  # the screen knows this module before its first paint

    return VENUES[account.venue].spec
