"""What to do about OKX's refusals.

Codes and meanings: the OKX v5 documentation, pages "Error Code" (REST: Public; WebSocket: Public)
and "REST Authentication"; 50119 and 60032 for a key of another region, 50101 for one of the other
environment, as users report them.
"""

from __future__ import annotations

from tui.venues.common.remedies import CLOCK, ENTER_AGAIN, INCOMPLETE, PASSPHRASE, SECRET, table

UNKNOWN_KEY = (
    "the key is not known at this site: check site (eea for my.okx.com, us for app.okx.com) and "
    f"demo_trading, or {ENTER_AGAIN}"
)

REMEDIES = table(
    (UNKNOWN_KEY, "50108 50109 50111 50119 60005 60032"),
    ("the key is of the other environment: set demo_trading for a key of OKX's paper trading, "
     "and leave it out for a live one", "50101"),
    (SECRET, "50113 50114 60007"),
    (PASSPHRASE, "50105 60024"),
    (f"key, secret key or passphrase is wrong: {ENTER_AGAIN}", "60009"),
    (INCOMPLETE, "50103 50104 50106 50107"),
    (CLOCK, "50102 50112 60004 60006"),
    ("the key is not for this address: add this machine's to the key's list at OKX", "50110"),
    ("OKX wants an address for this key: bind it to this machine's at OKX", "50035"),
    ("the key or the account may not use this: give the key Read and Trade at OKX, or open the "
     "product there", "50030 50120 50121"),
    ("the account's API is frozen: ask OKX's support", "50100"),
    ("OKX's paper trading does not have this: leave it out, or use a live account", "50038"),
    ("OKX does not offer this where the account is registered: ask OKX's support", "50051"),
    ("the account's mode does not have this: choose another mode at OKX, if you trade it", "51010"),
    ("the account may not trade blocks: apply for block trading at OKX", "70006 70015"),
)  # fmt: skip
