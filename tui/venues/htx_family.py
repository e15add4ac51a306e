"""Which of HTX's two account families an account is of, and what it means to have it wrong.

A cancel of the wrong family reaches nothing, and HTX may answer it as if there were nothing to
reach (1051). Sources: the official page "Query Account Type" and the error code tables.
"""

from __future__ import annotations

from dataclasses import replace

from tui.core.actions import Ack, Verdict
from tui.core.text import safe_text
from tui.venues.base import RestCall, Talk, VenueError
from tui.venues.htx_replies import FAMILY_CODES, answer
from tui.venues.reading import object_of, text_of

FAMILIES = {"1": "legacy", "2": "unified"}
"""By the venue's `account_type`."""


def ask_family() -> Talk[str]:
    """`legacy` or `unified`, as the venue says. Raises VenueError."""
    (reply,) = yield (RestCall("GET", "/linear-swap-api/v3/swap_unified_account_type"),)
    account_type = object_of(answer(reply).get("data")).get("account_type")
    family = FAMILIES.get(text_of(account_type))
    if family is None:
        shown = safe_text(str(account_type), 40)
        text = f"unknown account type {shown}: set `family` to legacy or unified in the settings"
        raise VenueError(Verdict.UNKNOWN, "", text)
    return family


def of_its_family(ack: Ack, family: str, configured: str) -> Talk[Ack]:
    """`ack`, the answer to a cancel made for `family`, unless the account is of another one.

    The venue is asked only where its answer leaves room for that. Where it does not say, the
    answer stands as it is.
    """
    if ack.code not in FAMILY_CODES:
        return ack
    try:
        actual = yield from ask_family()
    except VenueError:
        return ack
    if actual == family:
        return ack
    remedy = f"press again once the panel says {actual}"
    if configured not in ("auto", actual):
        remedy = f'set family = "{actual}" in the settings'
    said = f" ({ack.text})" if ack.text else ""
    text = f"a {family} cancel reaches nothing in this {actual} account: {remedy}{said}"
    return replace(ack, verdict=Verdict.REFUSED, text=text, wrong_account=True)
