"""The one way to the OS keyring: its own thread, a time limit, and errors in one sentence.

A keyring call blocks for as long as a prompt is pending, and a thread stuck in one cannot be
stopped. So each question gets a daemon thread; when the limit passes, the thread is left behind.

Questions may run side by side. The backends that come with `keyring` allow it: those for Secret
Service open a connection for each call, and those for KWallet, macOS and Windows call libraries
that lock for themselves.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

T = TypeVar("T")

INSECURE_SWITCH = "KILLDESK_INSECURE_KEYRING"

_INSECURE_MODULES = ("keyring.backends.null", "keyring.backends.fail", "keyrings.alt")
_INSECURE_WORDS = ("plaintext", "plain_text")
_FINDING = threading.Lock()
_FINDING_S = 2.0
_RETRY_S = 0.5
"""Before a question is asked once more."""
_NO_BACKEND = "keyring.backends.fail"
NO_KEYRING = (
    "this machine has no keyring: on a desktop, log in to it or start its Secret Service or "
    "KWallet; on a server, install gnome-keyring and dbus and unlock it at start, as README says "
    'under "On a server"'
)


class CredentialsError(Exception):
    """Secrets that cannot be had: one sentence with what to do about it, never a value."""


class NoAnswerError(CredentialsError):
    """The keyring has not answered yet."""


def call_keyring(question: Callable[[KeyringBackend], T], timeout_s: float | None) -> T:
    """What `question` answers, asked of the keyring in use.

    Raises CredentialsError, also when nothing answers within `timeout_s`. With None it is asked in
    this thread, for as long as it takes.
    """
    if timeout_s is not None:
        return answer_of(begin_question(question), timeout_s)
    answer: Future[T] = Future()
    _ask(question, answer)
    return answer_of(answer, None)


def begin_question(question: Callable[[KeyringBackend], T]) -> Future[T]:
    """Asks the keyring in use, and returns at once: for `answer_of`."""
    answer: Future[T] = Future()
    threading.Thread(target=_ask, args=(question, answer), name="keyring", daemon=True).start()
    return answer


def answer_of(answer: Future[T], timeout_s: float | None) -> T:
    """The answer to a question. Raises NoAnswerError if there is none within `timeout_s`, another
    CredentialsError if the keyring failed."""
    trouble = _trouble(answer, timeout_s)
    if trouble is None:
        return answer.result()
    # Raised outside of any handler: a backend's own error may hold more than may be shown.
    raise trouble


def backend_name(keyring: KeyringBackend) -> str:
    """How a backend is called where a trader reads it: module and class, the chain's parts too."""
    chained = _chained(keyring)
    name = _class_name(keyring)
    return f"{name} ({', '.join(map(_class_name, chained))})" if chained else name


def insecure_parts(keyring: KeyringBackend) -> tuple[str, ...]:
    """The names of the backends in it that keep secrets in the clear, or none at all."""
    parts = (keyring, *_chained(keyring))
    return tuple(_class_name(part) for part in parts if _is_insecure(type(part)))


def is_none_at_all(keyring: KeyringBackend) -> bool:
    """Whether it is what `keyring` gives where this machine has none."""
    return type(keyring).__module__ == _NO_BACKEND


def _ask(question: Callable[[KeyringBackend], T], answer: Future[T]) -> None:
    try:
        answer.set_result(_with_one_retry(question))
    except BaseException as error:  # noqa: BLE001  # it is the asker's to deal with
        answer.set_exception(error)


def _with_one_retry(question: Callable[[KeyringBackend], T]) -> T:
    """While gnome-keyring stores an entry, its default keyring is gone for a moment. A question at
    that moment fails before anything was changed, so it is asked once more."""
    try:
        return question(_keyring_in_use())
    except Exception as error:
        if not _is_gone_for_a_moment(error):
            raise
    time.sleep(_RETRY_S)
    return question(_keyring_in_use())


def _keyring_in_use() -> KeyringBackend:
    import keyring  # late: finding the backends takes a while

    # One thread finds the backend for all. If that hangs, the others try it themselves.
    alone = _FINDING.acquire(timeout=_FINDING_S)
    try:
        return keyring.get_keyring()
    finally:
        if alone:
            _FINDING.release()


def _chained(keyring: KeyringBackend) -> tuple[KeyringBackend, ...]:
    from keyring.backends.chainer import ChainerBackend

    return tuple(keyring.backends) if isinstance(keyring, ChainerBackend) else ()


def _class_name(keyring: KeyringBackend) -> str:
    kind = type(keyring)
    return f"{kind.__module__}.{kind.__qualname__}"


def _is_insecure(kind: type) -> bool:
    return any(
        f"{parent.__module__}.".startswith(tuple(f"{name}." for name in _INSECURE_MODULES))
        or any(word in parent.__qualname__.lower() for word in _INSECURE_WORDS)
        for parent in kind.__mro__
    )


def _trouble(answer: Future[T], timeout_s: float | None) -> CredentialsError | None:
    try:
        error = answer.exception(timeout_s)
    except TimeoutError:
        return NoAnswerError(
            "the keyring did not answer in time; it may be waiting for its password: unlock it "
            "and try again"
        )
    if error is None or isinstance(error, CredentialsError):
        return error
    return _explained(error)


def _explained(error: BaseException) -> CredentialsError:
    """What a backend's failure means, without its text: that may hold what was asked for."""
    from keyring import errors

    if isinstance(error, errors.InitError) and _is_unavailable(error.__cause__):
        error = error.__cause__ or error
    kind = type(error).__name__
    if isinstance(error, errors.NoKeyringError):
        return CredentialsError(NO_KEYRING)
    if isinstance(error, errors.KeyringLocked | errors.InitError):
        return CredentialsError(
            f"the keyring is locked ({kind}); unlock it, by logging in or with the system's "
            "password manager, and try again"
        )
    if isinstance(error, errors.PasswordSetError | errors.PasswordDeleteError):
        return CredentialsError(
            f"the keyring refused the change ({kind}); check that it is unlocked and may be "
            "written, and try again"
        )
    if isinstance(error, ImportError | AttributeError | ValueError | RuntimeError):
        return CredentialsError(
            f"the keyring that is configured cannot be used ({kind}); check "
            "PYTHON_KEYRING_BACKEND and keyringrc.cfg"
        )
    return CredentialsError(
        f"the keyring failed ({kind}); check that it is running and unlocked, and try again"
    )


def _is_unavailable(error: BaseException | None) -> bool:
    """Whether there is no Secret Service: `secretstorage` is there on Linux alone."""
    return type(error).__name__ == "SecretServiceNotAvailableException"


def _is_gone_for_a_moment(error: Exception) -> bool:
    """Whether the Secret Service did not find its own default keyring, or what is in it."""
    from keyring.errors import InitError

    if isinstance(error, InitError):
        return not _is_unavailable(error.__cause__)
    return type(error).__name__ == "ItemNotFoundException"
