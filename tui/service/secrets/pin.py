"""The PIN that unlocks the screen: kept as a salted hash, in the keyring or for one session.

Everything here may block, for the keyring's time limit or the hash's tenth of a second: call it
off the screen's loop.
"""

from __future__ import annotations

import json
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from tui.core.secrets import Secret
from tui.service.secrets.credentials import (
    PROMPT_TIMEOUT_S,
    TIMEOUT_S,
    answer_of,
    begin_entry,
    delete_credentials,
    write_entry,
)
from tui.service.secrets.keyring import CredentialsError, NoAnswerError

PIN_USER = "-screen-lock"
"""Its name in the keyring. No account begins with a dash."""
SHORTEST = 4
LONGEST = 64
_ROUNDS, _BLOCK, _LANES = 2**15, 8, 1
_COST = f"{_ROUNDS} {_BLOCK} {_LANES}"
_MEMORY = 64 * 1024 * 1024


class PinEntry(Protocol):
    """Where the hash is kept. Both calls raise CredentialsError."""

    kept: str
    """In words: `as a hash in the keyring`."""

    def read(self) -> Secret | None: ...

    def write(self, entry: Secret) -> None: ...


class KeyringEntry:
    """In the OS keyring, for every killdesk of this user."""

    kept = "as a hash in the keyring"

    def __init__(self) -> None:
        self._asked: Future[Secret | None] | None = None
        """A question without an answer yet; the next reading goes on waiting for it."""

    def read(self) -> Secret | None:
        asked = self._asked or begin_entry(PIN_USER)
        self._asked = None
        try:
            return answer_of(asked, TIMEOUT_S)
        except NoAnswerError:
            self._asked = asked
            raise

    def write(self, entry: Secret) -> None:
        self._asked = None
        write_entry(PIN_USER, entry, PROMPT_TIMEOUT_S)


class SessionEntry:
    """In memory: the demo desk leaves nothing behind."""

    kept = "until this desk ends"

    def __init__(self) -> None:
        self._entry: Secret | None = None

    def read(self) -> Secret | None:
        return self._entry

    def write(self, entry: Secret) -> None:
        self._entry = entry


@dataclass(frozen=True, slots=True)
class _Hash:
    """scrypt of a PIN, with its salt. What makes it is loaded once there is a PIN."""

    salt: bytes
    digest: bytes

    def matches(self, pin: Secret) -> bool:
        from hmac import compare_digest

        return compare_digest(self.digest, _scrypt(pin, self.salt))

    @classmethod
    def make(cls, pin: Secret) -> _Hash:
        from secrets import token_bytes

        salt = token_bytes(16)
        return cls(salt, _scrypt(pin, salt))


def _scrypt(pin: Secret, salt: bytes) -> bytes:
    from hashlib import scrypt

    return scrypt(pin.reveal().encode(), salt=salt, n=_ROUNDS, r=_BLOCK, p=_LANES, maxmem=_MEMORY)


class Pin:
    """The PIN of this desk. Once read it stays known: to unlock no keyring has to answer."""

    def __init__(self, entry: PinEntry) -> None:
        self._entry = entry
        self._hash: _Hash | None = None

    @property
    def kept(self) -> str:
        """Where, in words."""
        return self._entry.kept

    @property
    def known(self) -> bool:
        """Whether there is one, as far as was read."""
        return self._hash is not None

    def look(self) -> bool:
        """Whether there is one; reads it the first time. Raises CredentialsError."""
        if self._hash is None:
            entry = self._entry.read()
            self._hash = None if entry is None else _decoded(entry)
        return self.known

    def set(self, pin: Secret) -> None:
        """Keeps it from now on. Raises CredentialsError when it cannot be kept."""
        made = _Hash.make(pin)
        self._entry.write(_encoded(made))
        self._hash = made

    def matches(self, pin: Secret) -> bool:
        """Whether it is this one; False while none is known."""
        return self._hash is not None and self._hash.matches(pin)


def pin_problem(pin: Secret) -> str:
    """Why it cannot be one, in a sentence; empty when it can."""
    text = pin.reveal()
    if len(text) < SHORTEST:
        return f"A PIN has at least {SHORTEST} characters."
    if len(text) > LONGEST:
        return f"A PIN has at most {LONGEST} characters."
    return ""


def forget_pin() -> bool:
    """Takes the PIN out of the keyring; False if there was none. Raises CredentialsError."""
    return delete_credentials(PIN_USER, PROMPT_TIMEOUT_S)


def _encoded(made: _Hash) -> Secret:
    fields = {"scrypt": made.digest.hex(), "salt": made.salt.hex(), "cost": _COST}
    return Secret(json.dumps(fields))


def _decoded(entry: Secret) -> _Hash:
    """Raises CredentialsError, without the entry's text, for what is not one of ours."""
    made = None
    try:
        fields = json.loads(entry.reveal())
        if fields["cost"] == _COST:
            made = _Hash(bytes.fromhex(fields["salt"]), bytes.fromhex(fields["scrypt"]))
    except (ValueError, TypeError, KeyError, RecursionError):
        made = None
    if made is None or not made.digest:
        raise CredentialsError(
            f'the keyring entry "{PIN_USER}" is not the PIN that killdesk stores; '
            "run `killdesk pin forget` and set it again"
        )
    return made
