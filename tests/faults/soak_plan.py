"""The dice of a soak: which deed comes when. The same seed gives the same plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from tui.core.actions import EVERYTHING, Action, Scope
from tui.core.desk import AccountView

EACH_S = {
    "cancel an action": 0.7,
    "cancel an account": 3.0,
    "panic": 20.0,
    "rest orders": 0.25,
    "go on quoting": 15.0,
    "arm": 2.0,
    "disarm": 20.0,
    "cancel, then disarm": 25.0,
    "read": 10.0,
    "leave the screen": 60.0,
    "venue": 0.4,
    "network": 2.0,
}
"""Mean seconds between two deeds of a sort, over all accounts together. `venue` and `network` are
faults."""
LONGEST_NETWORK_S = 10.0
MEAN_NETWORK_S = 2.5
LONGEST_AWAY_S = 25.0
QUOTING_S = 3.0
MOST_REPLIES = 4
MOST_ORDERS = 6

LEGACY = "/linear-swap-api/v1"
PLACES = {
    "htx-legacy": (
        *(("op", op) for op in ("cancelall", "cross_cancelall", "cancel", "cross_cancel", "auth")),
        *(
            ("path", f"{LEGACY}/{path}")
            for path in (
                "swap_cancelall",
                "swap_cross_cancelall",
                "swap_openorders",
                "swap_cross_openorders",
                "linear-cancel-after",
            )
        ),
        ("path", "/v5/account/asset_mode"),
        ("path", "/api/v1/timestamp"),
    ),
    "htx-unified": (
        *(("op", op) for op in ("cancel_all_orders", "cancel_batch_orders", "auth")),
        *(
            ("path", f"/v5/trade/{path}")
            for path in ("cancel_all_orders", "order/opens", "cancel-after")
        ),
        ("path", "/api/v1/timestamp"),
    ),
    "okx-desk": (
        *(("op", op) for op in ("sprd-mass-cancel", "sprd-cancel-order", "login", "ping")),
        *(
            ("path", f"/api/v5/{path}")
            for path in (
                "sprd/mass-cancel",
                "sprd/orders-pending",
                "sprd/cancel-all-after",
                "rfq/cancel-all-quotes",
                "rfq/cancel-batch-quotes",
                "rfq/cancel-all-rfqs",
                "rfq/quotes",
                "rfq/rfqs",
                "rfq/cancel-all-after",
                "account/config",
                "public/time",
            )
        ),
    ),
    "bitget-uta": (
        *(
            ("path", f"/api/v3/trade/{path}")
            for path in (
                "cancel-symbol-order",
                "cancel-batch",
                "unfilled-orders",
                "unfilled-strategy-orders",
                "cancel-strategy-order",
                "countdown-cancel-all",
                "countdown-cancel-all",
            )
        ),
        ("path", "/api/v2/public/time"),
    ),
}
"""By the sort of account: where a fault of the venue can be put."""
ANYWHERE = ("", "")

VENUE_FAULTS = (
    *("accept_only", "partial", "ignore", "ignore", "drop", "garbage", "delay", "http_500"),
    *("html_502", "rate_limit", "maintenance", "bad_code", "hostile_text", "auth_refused"),
    "disconnect",
)
REFUSALS = frozenset({"rate_limit", "maintenance", "bad_code", "hostile_text", "auth_refused"})
"""Never carried out: no desk can see through a venue that refuses and does it all the same."""
NETWORK_FAULTS: tuple[tuple[str, dict[str, object]], ...] = (
    ("blackhole", {}),
    ("blackhole", {"way": "up"}),
    ("blackhole", {"way": "down"}),
    ("unanswered", {}),
    ("delay", {"ms": 300, "jitter_ms": 250}),
    ("delay", {"ms": 1500, "jitter_ms": 1000, "way": "down"}),
    ("drip", {"size": 200, "every_ms": 20}),
    ("drip", {"size": 1, "every_ms": 50, "way": "down"}),
    ("reset", {}),
    ("half_close", {"way": "down"}),
    ("half_close", {"way": "up"}),
    ("cut", {"after": 40, "way": "down"}),
    ("cut", {"after": 120, "way": "up"}),
    ("refuse", {}),
    ("accept_then_close", {}),
)


@dataclass(frozen=True)
class Deed:
    """Something to do at a moment, in seconds from the beginning."""

    at_s: float
    what: str
    account: str
    seed: int
    """For what depends on the state of the desk: which of its actions, which of its orders."""
    fault: str = ""
    args: dict[str, object] = field(default_factory=dict)
    lasts_s: float = 0.0


def deeds(seed: int, accounts: Sequence[str]) -> Iterator[Deed]:
    """Without end, in the order of time."""
    dice = Random(seed)  # noqa: S311  repeatable, and no secret
    rates = {what: 1 / every_s for what, every_s in EACH_S.items()}
    at_s = 0.0
    while True:
        at_s += dice.expovariate(sum(rates.values()))
        (what,) = dice.choices(list(rates), list(rates.values()))
        deed = Deed(at_s, what, dice.choice(accounts), dice.getrandbits(32))
        yield _in_detail(deed, Random(deed.seed))  # noqa: S311


def _in_detail(deed: Deed, dice: Random) -> Deed:
    if deed.what == "venue":
        sort = next(sort for sort in PLACES if deed.account.startswith(sort))
        by, place = dice.choice([*PLACES[sort], ANYWHERE])
        kind = dice.choice(VENUE_FAULTS)
        args: dict[str, object] = {"count": dice.randint(1, MOST_REPLIES)}
        if place:
            args[by] = place
        if dice.random() < 0.5 and kind not in REFUSALS:
            args["executed"] = dice.random() < 0.5
        if kind == "delay" or dice.random() < 0.2:
            args["delay_ms"] = dice.choice([50, 400, 1200, 2500])
        return replace(deed, fault=kind, args=args)
    if deed.what == "network":
        fault, settings = dice.choice(NETWORK_FAULTS)
        lasts_s = min(LONGEST_NETWORK_S, dice.expovariate(1 / MEAN_NETWORK_S))
        return replace(deed, fault=fault, args=settings, lasts_s=lasts_s)
    if deed.what == "leave the screen":
        return replace(deed, lasts_s=dice.uniform(0.0, LONGEST_AWAY_S))
    return deed


# --- what depends on the desk ---------------------------------------------------------------------


def kind_of(view: AccountView, dice: Random) -> str:
    """A kind of order that a button reaches."""
    return dice.choice([kind for action in view.actions for kind in action.kinds])


def scope_of(view: AccountView, action: Action, dice: Random) -> Scope:
    """Everything half of the time; else a restriction that the action knows, or chosen orders."""
    book = view.book.orders if view.book is not None else ()
    orders = [order for order in book if order.kind in action.kinds]
    if not orders or dice.random() < 0.5:
        return EVERYTHING
    one = dice.choice(orders)
    match dice.choice([*action.scopes, "orders"]):
        case "orders":
            chosen = dice.sample(orders, min(len(orders), dice.randint(1, 4)))
            return Scope(orders=tuple(chosen))
        case "category":
            return Scope(category=one.kind)
        case "direction":
            return Scope(contract=one.contract, direction=one.side)
        case "offset":
            return Scope(contract=one.contract, offset=one.offset)
        case _:
            return Scope(contract=one.contract)
