"""What to do about Bitget's refusals.

Codes: the Bitget documentation, page "REST API error code", which is thin; meanings as several
independent clients have them. 40099 is what users report, with "exchange environment is incorrect",
of a live key in paper trading and the reverse.
"""

from __future__ import annotations

from tui.venues.common.remedies import CLOCK, ENTER_AGAIN, INCOMPLETE, PASSPHRASE, SECRET, table

REMEDIES = table(
    (f"Bitget does not know the key: {ENTER_AGAIN}", "40006 40037"),
    (SECRET, "40009"),
    (PASSPHRASE, "40036"),
    (f"the passphrase is probably wrong, or the key: {ENTER_AGAIN}", "40012"),
    (INCOMPLETE, "40001 40002 40003 40011"),
    (CLOCK, "40004 40005 40008"),
    ("the key is of the other environment: set demo_trading for a key of Bitget's paper trading, "
     "and leave it out for a live one", "40099"),
    ("the key lacks a permission: give it UTA trade, read and write, at Bitget", "40014"),
    ("the key is not for this address: add this machine's to the key's list at Bitget",
     "40018 40038"),
    ("Bitget wants an address for this key: bind it to this machine's at Bitget", "22010"),
    ("the account may not use this: open it for the account at Bitget, or for the sub-account in "
     "the main one", "40029 40054 40068"),
    ("the account is not in order: look at it at Bitget, or ask its support", "40013 40031"),
    ("the account is not secured: bind a phone or an authenticator at Bitget", "40016"),
    ("this is a classic account: the timer and the cancels here need a unified trading account, "
     "to which Bitget can change it", "40084"),
    ("this is a unified account, and the call is for a classic one: check rest_url", "40085"),
)  # fmt: skip
