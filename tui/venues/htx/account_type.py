"""Which of HTX's two account families an account is of, and what it means to have it wrong.

A cancel of the wrong family reaches nothing, and HTX may answer it as if there were nothing to
reach (1051). Sources: the official list of V5 calls ("Query the assets mode"), the page "Query
Account Type" of the old calls, which HTX has discontinued for accounts that it moved to V5 (notice
of 2026-05-26), and the error code tables.
"""

from __future__ import annotations

from dataclasses import replace

from tui.core.actions import Ack, Verdict
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import Exchange, NoReply, RestCall, RestReply
from tui.venues.common.parsing import object_of, text_of
from tui.venues.htx.replies import FAMILY_CODES, answer

V5_CALL = RestCall("GET", "/v5/account/asset_mode")
OLD_CALL = RestCall("GET", "/linear-swap-api/v3/swap_unified_account_type")

OLD_FAMILIES = {"1": "legacy", "2": "unified"}
"""By the old call's `account_type`."""
GONE = (404, 410)
"""HTTP statuses of a call that is retired."""
OLD_MODE = "0"
"""The one `asset_mode` of an account that has not moved; 1 and 2 speak V5."""


def ask_family(*, decides: bool = False) -> Exchange[str | None]:
    """`legacy` or `unified`, as the venue says; None where it answers and does not say.

    The V5 call comes first: the old one is retired and may not answer at all. Raises VenueError
    where no answer came, the venue was busy, or it refused the key. `decides` as in `RestCall`.
    """
    (reply,) = yield (replace(V5_CALL, decides=decides),)
    try:
        data = object_of(answer(reply).get("data"))
    except VenueError as error:
        if isinstance(reply, NoReply) or error.verdict is Verdict.BUSY:
            raise
        if error.code in FAMILY_CODES:
            return "legacy"
    else:
        mode = text_of(data.get("asset_mode")) or text_of(data.get("assets_mode"))
        return "legacy" if mode == OLD_MODE else "unified"
    (reply,) = yield (replace(OLD_CALL, decides=decides),)
    try:
        account_type = object_of(answer(reply).get("data")).get("account_type")
    except VenueError as error:
        retired = isinstance(reply, RestReply) and reply.status in GONE
        # Else without a code it is not the venue that answers, and a gateway knows nothing of it.
        if error.verdict is not Verdict.UNKNOWN or not (error.code or retired):
            raise
        return None
    return OLD_FAMILIES.get(text_of(account_type))


def of_its_family(ack: Ack, family: str, configured: str) -> Exchange[Ack]:
    """`ack`, the answer to a cancel made for `family`, unless the account is of another one.

    The venue is asked only where its answer leaves room for that. Where it cannot be asked, a
    refusal is no certain one: it may be that of an account of the other family.
    """
    if ack.code not in FAMILY_CODES:
        return ack
    try:
        actual = yield from ask_family(decides=True)
    except VenueError as error:
        if ack.verdict is not Verdict.REFUSED or error.verdict is Verdict.REFUSED:
            return ack
        message = f"{ack.text}; " if ack.text else ""
        text = f"{message}whether the account is {family} is not known: {error.text}"
        return replace(ack, verdict=Verdict.UNKNOWN, text=text)
    if actual in (family, None):
        return ack
    remedy = f"press again once the panel says {actual}"
    if configured not in ("auto", actual):
        remedy = f'set family = "{actual}" in the settings'
    message = f" ({ack.text})" if ack.text else ""
    text = f"a {family} cancel reaches nothing in this {actual} account: {remedy}{message}"
    return replace(ack, verdict=Verdict.REFUSED, text=text, wrong_account=True)
