"""What to do about HTX's refusals.

Codes and meanings: the error code tables of the USDT-M pages, and "Websocket Heartbeat and
Authentication Interface" for those of the socket. HTX answers a wrong secret key with 403 over REST
and with 2003 at the login, and a wrong access key with the same codes.
"""

from __future__ import annotations

from tui.venues.common.remedies import CLOCK, ENTER_AGAIN, INCOMPLETE, SECRET, UPDATE, table
from tui.venues.htx.replies import OTHER_FAMILY

NOT_VERIFIED = (
    f"the secret key is probably wrong, or the key is not for this address: {ENTER_AGAIN}, "
    "and check its addresses at HTX"
)
SUB_ACCOUNT = "HTX keeps this sub-account from it: allow it in the main account at HTX"
NOT_OPENED = "futures trading is not open for the account: open it at HTX"
SUPPORT = "HTX has restricted this: ask HTX's support"

REMEDIES = table(
    (NOT_VERIFIED, "403"),
    (SECRET, "1253 12008"),
    (f"the API key is wrong: {ENTER_AGAIN}", "12007"),
    (f"the key has expired: make a new one at HTX, and {ENTER_AGAIN}", "12004"),
    ("the key is not for this address: add this machine's to the key's list at HTX", "12005"),
    (CLOCK, "12001 12006"),
    (UPDATE, "12002 12003"),
    ("the user is locked: ask HTX's support", "12009"),
    (SUPPORT, "1088"),
    ("the key lacks a permission: give it Read and Trade at HTX", "1205"),
    (SUB_ACCOUNT, "1109 1110 1111 1112 1113 1114 1115"),
    (NOT_OPENED, "1220 1228"),
    ("the account is of another family than this call: set family = \"auto\", or the right one",
     " ".join(sorted(OTHER_FAMILY))),
    ("a field is missing, or the account is of another family: check family in the settings",
     "1066"),
    ("the contract has no cross margin mode: cancel its isolated orders", "1348"),
)  # fmt: skip

AT_LOGIN = table(
    (NOT_VERIFIED, "2001 2003"),
    (NOT_OPENED, "2007"),
    (UPDATE, "2013"),
    ("the user has too many connections at HTX: end other programs that use this account", "2030"),
    (INCOMPLETE, "2040"),
)
