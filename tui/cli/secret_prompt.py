"""Secrets from whoever runs the command: typed on a terminal or piped in. Never arguments."""

from __future__ import annotations

import getpass
import sys
import warnings
from collections.abc import Mapping

from tui.core.accounts import Account
from tui.core.secrets import Credentials, Secret
from tui.service.secrets.credentials import (
    credentials_problem,
    decode_fields,
    make_credentials,
    needed_fields,
)

_LONGEST_INPUT = 64 * 1024


class SecretsInputError(Exception):
    """Secrets typed or piped in that cannot be used: one sentence, never a value."""


def ask_secrets(account: Account) -> Credentials:
    """The account's secrets from the terminal, unseen, or from what stdin is redirected to.

    Raises SecretsInputError.
    """
    if sys.stdin is None:
        raise SecretsInputError("there is no standard input to read the secrets from")
    if not sys.stdin.isatty():
        return read_secrets(account, _piped())
    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            fields = {name: _prompt(account, name) for name in needed_fields(account)}
        except (getpass.GetPassWarning, EOFError):
            fields = None
    if fields is None:
        raise SecretsInputError("this terminal cannot hide what is typed; pipe the secrets in")
    return _checked(account, fields)


def read_secrets(account: Account, text: Secret) -> Credentials:
    """Credentials out of what was piped in: one JSON object (other fields do not
    matter), or one secret a line, in order.

    Raises SecretsInputError.
    """
    needed = needed_fields(account)
    if text.reveal().lstrip().startswith("{"):
        fields = decode_fields(text)
        if fields is None:
            raise SecretsInputError(f"expected one JSON object with {', '.join(needed)}")
        return _checked(account, fields)
    values = _lines(text)
    if len(values) != len(needed):
        raise SecretsInputError(
            f"expected {len(needed)} lines on stdin ({', '.join(needed)}), got {len(values)}"
        )
    return _checked(account, dict(zip(needed, values, strict=True)))


def _piped() -> Secret:
    # The decoder's own error holds the input, so it must not become anybody's context.
    try:
        return Secret(sys.stdin.read(_LONGEST_INPUT))
    except UnicodeDecodeError:
        pass
    raise SecretsInputError("expected the secrets on stdin as text in UTF-8")


def _prompt(account: Account, name: str) -> Secret:
    return Secret(getpass.getpass(f"{name} of {account.name}: ").strip())


def _lines(text: Secret) -> list[Secret]:
    return [Secret(line.strip()) for line in text.reveal().splitlines() if line.strip()]


def _checked(account: Account, fields: Mapping[str, Secret]) -> Credentials:
    problem = credentials_problem(account, fields)
    if problem:
        raise SecretsInputError(problem)
    return make_credentials(account, fields)
