"""The demo accounts: credentials, book, limits, timers and pending faults of each."""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable
from dataclasses import dataclass, field

from tui.simulator.countdown import Countdown
from tui.simulator.faults import Faults
from tui.simulator.order_book import Book
from tui.simulator.rate_limits import Limits

BITGET_CATEGORIES = ("SPOT", "MARGIN", "USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES")
BITGET_KINDS = (*BITGET_CATEGORIES, "strategy")


@dataclass(slots=True)
class Account:
    """One account at one venue, under the name that the control calls use."""

    name: str
    venue: str
    family: str
    api_key: str
    secret_key: str
    passphrase: str
    uid: str
    book: Book
    timers: dict[str, Countdown]
    paper: bool = False
    """Whether the key was made for paper trading. It works there and not live, or the reverse."""
    products: tuple[str, ...] = ()
    """What the venue can refuse to this account by itself, under the names of the control call."""
    refused: frozenset[str] = frozenset()
    """Which of them it does refuse."""
    limits: Limits = field(default_factory=Limits)
    faults: Faults = field(default_factory=Faults)
    sockets: dict[int, Callable[[], None]] = field(default_factory=dict)
    """How to cut each open socket of this account."""

    def credentials(self) -> dict[str, str]:
        """What a client needs, as the first line on stdout and the fixtures give it."""
        shown = {
            "name": self.name,
            "venue": self.venue,
            "api_key": self.api_key,
            "secret_key": self.secret_key,
        }
        return shown | ({"passphrase": self.passphrase} if self.passphrase else {})

    def fits(self, header: str) -> bool:
        """Whether the key is of the environment that this value of the venue's header asks for."""
        return header == ("1" if self.paper else "0")

    def state(self) -> dict[str, object]:
        by_kind = {kind: len(self.book.open(kind)) for kind in self.book.kinds}
        if "quote" in by_kind:
            quotes = self.book.every("quote")
            by_kind["pending-quote"] = sum(quote.state == "pending_fill" for quote in quotes)
        return {
            "venue": self.venue,
            "open": sum(by_kind.values()),
            "by_kind": by_kind,
            "timers": {name: timer.state() for name, timer in self.timers.items()},
        }

    def reset(self, orders: int) -> None:
        self.refused = frozenset()
        self.paper = False
        self.limits.clear()
        self.faults.clear()
        for timer in self.timers.values():
            timer.reset()
        self.book.fill(orders)


def _word(alphabet: str, length: int) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))


def _htx_key() -> str:
    lower = string.ascii_lowercase + string.digits
    return "-".join(_word(lower, size) for size in (8, 8, 8, 5))


def _account(
    name: str,
    venue: str,
    family: str,
    *,
    kinds: tuple[str, ...],
    timers: dict[str, tuple[str, ...]],
    keys: tuple[str, str, str],
    id_bits: int,
    empty: tuple[str, ...] = (),
    products: tuple[str, ...] = (),
) -> Account:
    """`empty` are kinds beside `kinds` that start without an order."""
    book = Book(kinds, id_bits, empty)

    def countdown(covered: tuple[str, ...]) -> Countdown:
        return Countdown(lambda: _fire(book, covered))

    return Account(
        name=name,
        venue=venue,
        family=family,
        api_key=keys[0],
        secret_key=keys[1],
        passphrase=keys[2],
        uid=_word("123456789", 9),
        book=book,
        timers={timer: countdown(covered) for timer, covered in timers.items()},
        products=products,
    )


def _fire(book: Book, kinds: tuple[str, ...]) -> None:
    book.cancel([order for order in book.open() if order.kind in kinds], source="timer")


def named_account(name: str, sort: str) -> Account:
    """An account like the demo account of that sort, `okx` or `htx/legacy`, under another name.

    Raises KeyError where there is no such sort.
    """
    venue, _, family = sort.partition("/")
    for account in demo_accounts().values():
        if account.venue == venue and family in ("", account.family):
            account.name = name
            return account
    raise KeyError(sort)


def demo_accounts() -> dict[str, Account]:
    """The four demo accounts with fresh credentials and empty books, by name."""
    letters = string.ascii_letters + string.digits
    hexadecimal = "0123456789abcdef"

    def htx() -> tuple[str, str, str]:
        return _htx_key(), _htx_key(), ""

    def okx() -> tuple[str, str, str]:
        key = "-".join(_word(hexadecimal, size) for size in (8, 4, 4, 4, 12))
        return key, _word(hexadecimal.upper(), 32), _word(letters, 14)

    def bitget() -> tuple[str, str, str]:
        return "bg_" + _word(hexadecimal, 32), _word(hexadecimal, 64), _word(letters, 14)

    legacy = ("isolated", "cross")
    accounts = [
        _account(
            "htx-legacy",
            "htx",
            "legacy",
            kinds=legacy,
            timers={"htx": legacy},
            keys=htx(),
            id_bits=18,
            empty=("trigger",),
            products=("isolated", "cross", "trigger"),
        ),
        _account(
            "htx-unified",
            "htx",
            "unified",
            kinds=("unified",),
            timers={"htx": ("unified",)},
            keys=htx(),
            id_bits=20,
            empty=("v5-algo",),
            products=("unified", "v5-algo"),
        ),
        _account(
            "okx-desk",
            "okx",
            "",
            kinds=("spread", "quote"),
            timers={"okx-sprd": ("spread",), "okx-rfq": ("quote",), "okx-trade": ("order",)},
            keys=okx(),
            id_bits=18,
            empty=("rfq", "order", "algo"),
            products=("spread", "block", "trade"),
        ),
        _account(
            "bitget-uta",
            "bitget",
            "uta",
            kinds=BITGET_KINDS,
            timers={"bitget": BITGET_KINDS},
            keys=bitget(),
            id_bits=20,
            products=BITGET_KINDS,
        ),
    ]
    return {account.name: account for account in accounts}
