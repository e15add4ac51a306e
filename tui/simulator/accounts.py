"""One simulated account: credentials, book, limits, timers and pending faults."""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tui.simulator.countdown import Countdown
from tui.simulator.faults import Faults
from tui.simulator.instruments import ListingOf
from tui.simulator.order_book import Book
from tui.simulator.rate_limits import Limits

HEXADECIMAL = "0123456789abcdef"
LETTERS = string.ascii_letters + string.digits


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
    has_paper_keys: bool = True
    """Whether the venue has keys for paper trading."""
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


def word(alphabet: str, length: int) -> str:
    """Random letters of an alphabet, for keys and ids."""
    return "".join(secrets.choice(alphabet) for _ in range(length))


def new_account(
    name: str,
    venue: str,
    family: str = "",
    *,
    listing: ListingOf,
    kinds: tuple[str, ...],
    timers: Mapping[str, tuple[str, ...]],
    keys: tuple[str, str, str],
    id_bits: int,
    empty: tuple[str, ...] = (),
    categories: Mapping[str, tuple[str, ...]] | None = None,
    products: tuple[str, ...] = (),
    has_paper_keys: bool = True,
) -> Account:
    """An account with an empty book.

    `keys` are API key, secret key and passphrase (empty where the venue has none); `timers` say
    which kinds of order each cancels as it fires; `empty` are kinds beside `kinds` that start
    without an order; `categories` are where the orders of a kind can be placed, if the venue asks.
    """
    book = Book(kinds, id_bits, listing, empty, categories or {})

    def countdown(covered: tuple[str, ...]) -> Countdown:
        return Countdown(lambda: _fire(book, covered))

    return Account(
        name=name,
        venue=venue,
        family=family,
        api_key=keys[0],
        secret_key=keys[1],
        passphrase=keys[2],
        uid=word("123456789", 9),
        book=book,
        timers={timer: countdown(covered) for timer, covered in timers.items()},
        products=products,
        has_paper_keys=has_paper_keys,
    )


def _fire(book: Book, kinds: tuple[str, ...]) -> None:
    book.cancel([order for order in book.open() if order.kind in kinds], source="timer")
