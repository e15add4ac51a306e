"""What a trader can do about a venue's refusal: one line for each code, shown behind its words.

Each venue has a table of its own (`remedies` in its folder). Whoever drives an exchange puts the
remedy behind the venue's words (`exchanges.advised`), and so wherever a refusal is shown.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field

ACCOUNT = "{account}"
"""Stands for the account's name, as a shell takes it."""
ENTER_AGAIN = f"enter the key again with e on the desk or killdesk accounts add {ACCOUNT}"

SECRET = f"the secret key is probably wrong: {ENTER_AGAIN}"
PASSPHRASE = f"the passphrase is wrong: {ENTER_AGAIN}"
INCOMPLETE = f"a part of the key is missing: {ENTER_AGAIN}"
CLOCK = "the clock of this machine is probably off: have it set by NTP"
UPDATE = "this killdesk is too old for the venue's API: install a newer one"


def table(*rows: tuple[str, str]) -> dict[str, str]:
    """Remedies by code, from rows of a remedy and the codes that it is for."""
    return {code: remedy for remedy, codes in rows for code in codes.split()}


@dataclass(frozen=True, slots=True)
class Remedies:
    """One venue's table."""

    by_code: Mapping[str, str] = field(default_factory=dict)
    at_login: Mapping[str, str] | None = None
    """That of the socket's login, where the same codes mean something else there."""

    def of(self, code: str, account: str, *, login: bool = False) -> str:
        """What to do about `code` on the account of that name; empty where nothing is known.

        A sub-code (`50120_1`) has the remedy of its code.
        """
        held = self.at_login if login and self.at_login is not None else self.by_code
        remedy = held.get(code) or held.get(code.partition("_")[0], "")
        return remedy.replace(ACCOUNT, shlex.quote(account))


def with_remedy(text: str, remedy: str) -> str:
    """A venue's words, and behind them what to do."""
    return "; ".join(filter(None, (text, remedy)))
