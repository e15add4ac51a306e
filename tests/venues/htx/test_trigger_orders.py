"""HTX's conditional orders of legacy accounts: listed in six places, cancelled by the call of each,
five a second."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, replace

import pytest

from tui.core.accounts import Account
from tui.core.actions import EVERYTHING, Ack, Scope, Verdict
from tui.core.orders import Book, OpenOrder
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import Call, Exchange, NoReply, Reply, RestCall, RestReply
from tui.venues.base.specs import Profile
from tui.venues.common.progress import Progress
from tui.venues.htx.adapter import HTX, Htx
from tui.venues.htx.trigger_orders import ACTION, CROSS, ISOLATED, NO_CONTRACT, SORTS

V1 = "/linear-swap-api/v1/"
PLACES = [
    f"swap_{cross}{sort}" for cross in ("", "cross_") for sort in ("trigger", "tpsl", "track")
]
FAMILY_PATH = "/v5/account/asset_mode"
LEGACY = Profile("legacy")
LOST = NoReply("no answer within 1.5 s", sent=True)

Batches = list[tuple[Call, ...]]


def reply(**message: object) -> RestReply:
    return RestReply(200, json.dumps({"ts": 1, **message}).encode())


def refused(code: int) -> RestReply:
    return reply(status="error", err_code=code, err_msg="words")


@dataclass(frozen=True)
class Resting:
    place: str
    order_id: str
    contract: str
    side: str = "buy"


@dataclass
class Venue:
    """Rests conditional orders and bears five cancels of a sort a second."""

    resting: list[Resting]
    asset_mode: int = 0
    instead: dict[str, Reply] = field(default_factory=dict)
    taken: Counter[str] = field(default_factory=Counter)

    def a_second_later(self) -> None:
        self.taken.clear()

    def __call__(self, call: Call) -> Reply:
        assert isinstance(call, RestCall)
        if call.path == FAMILY_PATH:
            return reply(code=200, data={"asset_mode": self.asset_mode})
        name = call.path.removeprefix(V1)
        if name in self.instead:
            return self.instead[name]
        if name in ("swap_openorders", "swap_cross_openorders"):
            return reply(status="ok", data={"orders": [], "total_page": 1, "total_size": 0})
        place, _, what = name.rpartition("_")
        assert place in PLACES, name
        body = json.loads(call.body)
        contract = body.get("contract_code", "")
        assert contract or (what == "openorders" and "cross" in place), "HTX asks for a contract"
        mine = [r for r in self.resting if r.place == place and contract in ("", r.contract)]
        if what == "openorders":
            rows = [self._row(r) for r in mine]
            return reply(
                status="ok", data={"orders": rows, "total_page": 1, "total_size": len(rows)}
            )
        self.taken[name] += 1
        if self.taken[name] > 5:
            return refused(1032)
        ids = body["order_id"].split(",") if what == "cancel" else [r.order_id for r in mine]
        assert what == "cancelall" or len(ids) <= 10
        gone = [r for r in mine if r.order_id in ids]
        self.resting = [r for r in self.resting if r not in gone]
        if not gone:
            return refused(1051)
        taken = ",".join(r.order_id for r in gone)
        return reply(status="ok", data={"errors": [], "successes": taken})

    def _row(self, resting: Resting) -> dict[str, object]:
        price = "active_price" if "track" in resting.place else "trigger_price"
        offset = {} if "tpsl" in resting.place else {"offset": "open"}
        return {
            "contract_code": resting.contract,
            "order_id": 7,
            "order_id_str": resting.order_id,
            "direction": resting.side,
            "volume": 1,
            "created_at": 1603705215654,
            price: 13900.5,
            **offset,
        }


def everywhere(*contracts: str) -> list[Resting]:
    """One order of every sort and mode in each contract."""
    places = [(place, contract) for place in PLACES for contract in contracts]
    return [Resting(place, str(100 + n), contract) for n, (place, contract) in enumerate(places)]


def hold(exchange: Exchange[Ack] | Exchange[Book], venue: Venue) -> tuple[Ack | Book, Batches]:
    sent: Batches = []
    try:
        calls = next(exchange)
        while True:
            sent.append(calls)
            calls = exchange.send(tuple(venue(call) for call in calls))
    except StopIteration as stop:
        meaning: Ack | Book = stop.value
        return meaning, sent


def htx(*contracts: str) -> Htx:
    url = "https://api.hbdm.com"
    return Htx(Account("a", "htx", url, contracts=contracts, extras=("triggers",)))


def read(
    venue: Venue, *contracts: str, kinds: tuple[str, ...] = (ISOLATED.id, CROSS.id)
) -> tuple[Book, Batches]:
    book, sent = hold(htx(*contracts).read_book(LEGACY, kinds), venue)
    assert isinstance(book, Book)
    return book, sent


def cancel(
    venue: Venue,
    *contracts: str,
    scope: Scope = EVERYTHING,
    book: Book | None = None,
    progress: Progress | None = None,
) -> tuple[Ack, Batches]:
    exchange = htx(*contracts).cancel(LEGACY, ACTION, scope, book, "rest", progress)
    ack, sent = hold(exchange, venue)
    assert isinstance(ack, Ack)
    return ack, sent


def paths(batch: tuple[Call, ...]) -> list[str]:
    return [call.path.removeprefix(V1) for call in batch if isinstance(call, RestCall)]


# --- what there is -------------------------------------------------------------------------------


def test_conditional_orders_have_an_action_only_where_the_settings_ask_for_it() -> None:
    plain = Htx(Account("a", "htx", "https://api.hbdm.com"))
    assert [extra.id for extra in HTX.extras] == ["triggers"]
    assert [a.id for a in plain.actions(LEGACY)] == ["isolated", "cross"]
    assert [a.id for a in htx().actions(LEGACY)] == ["isolated", "cross", "triggers"]
    assert [a.id for a in htx().actions(Profile("unified"))] == ["unified"]
    assert [a.id for a in htx().actions(Profile())] == ["isolated", "cross", "triggers", "unified"]
    assert (ACTION.key, ACTION.kinds) == (None, (ISOLATED.id, CROSS.id))
    assert ACTION.routes == ("rest",)
    assert len(SORTS) == 6


def test_conditional_orders_are_kinds_of_the_account_whether_a_button_reaches_them_or_not() -> None:
    plain = Htx(Account("a", "htx", "https://api.hbdm.com"))
    for one, every in ((plain, 6), (htx(), 1)):
        kinds = {kind.id: kind.every for kind in one.kinds(LEGACY)}
        assert kinds == {"isolated": 1, "cross": 1, ISOLATED.id: every, CROSS.id: every}


def test_an_extra_without_use_is_warned_of() -> None:
    profile, _ = hold(htx().probe(), Venue([], asset_mode=1))  # type: ignore[arg-type]
    assert profile.family == "unified"  # type: ignore[union-attr]
    assert "trigger" in profile.warnings[0]  # type: ignore[union-attr]


# --- lists ---------------------------------------------------------------------------------------


def test_all_six_lists_are_read_at_once() -> None:
    venue = Venue(everywhere("BTC-USDT", "ETH-USDT"))
    book, sent = read(venue, "BTC-USDT")
    assert len(sent) == 1
    assert sorted(paths(sent[0])) == sorted(f"{place}_openorders" for place in PLACES)
    found = Counter(order.contract for order in book.orders)
    assert found == {"BTC-USDT": 6, "ETH-USDT": 3}, "isolated ones of named contracts alone"


@pytest.mark.parametrize(
    ("place", "offset"), [("swap_trigger", "open"), ("swap_tpsl", ""), ("swap_cross_track", "open")]
)
def test_a_conditional_order_is_read_whole(place: str, offset: str) -> None:
    resting = Resting(place, "918808635214700544", "BTC-USDT", "sell")
    book, _ = read(Venue([resting]), "BTC-USDT")
    assert book.orders == (
        OpenOrder(
            CROSS.id if "cross" in place else ISOLATED.id,
            "918808635214700544",
            "BTC-USDT",
            "sell",
            offset,
            "13900.5",
            "1",
            1603705215654,
        ),
    )


def test_dated_contracts_have_no_isolated_orders_to_be_asked_for() -> None:
    book, sent = read(Venue([]), "BTC-USDT-261225", "ETH-USDT")
    asked = [json.loads(call.body).get("contract_code") for call in sent[0]]  # type: ignore[union-attr]
    assert Counter(asked) == {"ETH-USDT": 3, None: 3}
    assert (book.kinds, book.refused, book.count()) == ((ISOLATED.id, CROSS.id), (), 0)


@pytest.mark.parametrize("contracts", [(), ("BTC-USDT-261225",)])
def test_isolated_orders_are_not_known_without_a_contract_to_ask_for(
    contracts: tuple[str, ...],
) -> None:
    venue = Venue(everywhere("BTC-USDT"))
    book, sent = read(venue, *contracts)
    assert (book.kinds, book.count()) == ((CROSS.id,), 3)
    assert book.refused == ((ISOLATED.id, NO_CONTRACT),)
    assert "contracts" in NO_CONTRACT
    assert "settings" in NO_CONTRACT
    assert len(sent[0]) == 3
    assert read(venue, *contracts, kinds=(ISOLATED.id,))[0].refused == book.refused


ALL = ("isolated", "cross", ISOLATED.id, CROSS.id)


def test_a_refused_list_of_conditional_orders_loses_no_other_kind() -> None:
    venue = Venue(everywhere("BTC-USDT"))
    venue.instead = {"swap_cross_tpsl_openorders": refused(1205)}
    book, _ = read(venue, "BTC-USDT", kinds=ALL)
    assert (book.kinds, book.count()) == (("isolated", "cross", ISOLATED.id), 3)
    assert book.refused == ((CROSS.id, "1205 words"),)
    alone, _ = read(venue, "BTC-USDT", kinds=(CROSS.id,))
    assert (alone.kinds, alone.refused) == ((), book.refused)


def test_a_refused_list_of_ordinary_orders_loses_no_other_kind() -> None:
    venue = Venue(everywhere("BTC-USDT"), instead={"swap_cross_openorders": refused(1205)})
    book, _ = read(venue, "BTC-USDT", kinds=ALL)
    assert book.kinds == ("isolated", ISOLATED.id, CROSS.id)
    assert book.refused == (("cross", "1205 words"),)


@pytest.mark.parametrize(
    ("list_of", "trouble"),
    [
        ("swap_cross_tpsl", LOST),
        ("swap_cross_tpsl", refused(1032)),
        ("swap_cross_tpsl", refused(12008)),
        ("swap", refused(1253)),
        ("swap", refused(4002)),
        ("swap", refused(99999)),
    ],
)
def test_a_doubt_or_a_refused_key_is_no_refused_list(list_of: str, trouble: Reply) -> None:
    venue = Venue([], instead={f"{list_of}_openorders": trouble})
    with pytest.raises(VenueError):
        read(venue, "BTC-USDT", kinds=ALL)


def test_nothing_of_it_is_read_unless_asked_for() -> None:
    _, sent = read(Venue([]), kinds=("isolated", "cross"))
    assert [path for batch in sent for path in paths(batch)] == [
        "swap_openorders",
        "swap_cross_openorders",
    ]


# --- cancels -------------------------------------------------------------------------------------


def test_everything_that_is_listed_goes_by_the_call_of_its_sort() -> None:
    venue = Venue(everywhere("BTC-USDT", "ETH-USDT"))
    ack, sent = cancel(venue, "BTC-USDT", "ETH-USDT")
    assert (ack.verdict, venue.resting) == (Verdict.ACCEPTED, [])
    assert Counter(paths(sent[1])) == {f"{place}_cancelall": 2 for place in PLACES}
    assert len(sent) == 2


def test_no_call_is_spent_where_nothing_rests() -> None:
    venue = Venue([Resting("swap_cross_tpsl", "1", "ETH-USDT")])
    ack, sent = cancel(venue, "BTC-USDT")
    assert paths(sent[1]) == ["swap_cross_tpsl_cancelall"]
    assert ack.verdict is Verdict.ACCEPTED
    ack, sent = cancel(venue, "BTC-USDT")
    assert (ack, len(sent)) == (Ack(Verdict.NOTHING), 1)


def test_contracts_with_known_orders_go_at_once_and_no_other_order_does() -> None:
    resting = [Resting("swap_cross_tpsl", "1", "BTC-USDT"), Resting("swap_tpsl", "2", "ETH-USDT")]
    venue = Venue(list(resting))
    book = Book((CROSS.id,), (OpenOrder(CROSS.id, "1", "BTC-USDT"),), 1)
    ack, sent = cancel(venue, "ETH-USDT", book=book)
    assert (ack.verdict, venue.resting) == (Verdict.ACCEPTED, [])
    cancels = [
        [call.body for call in batch if isinstance(call, RestCall) and "cancel" in call.path]
        for batch in sent
    ]
    assert [len(bodies) for bodies in cancels] == [6, 1]
    assert set(cancels[0]) == {'{"contract_code":"BTC-USDT"}'}
    for scope in (Scope(direction="sell"), Scope(orders=book.orders)):
        _, sent = cancel(Venue(list(resting)), "ETH-USDT", scope=scope, book=book)
        assert not any(isinstance(c, RestCall) and "cancel" in c.path for c in sent[0])


def test_what_the_venue_did_not_take_is_sent_again_and_nothing_else() -> None:
    contracts = [f"C{n}-USDT" for n in range(12)]
    venue = Venue([Resting("swap_cross_trigger", str(n), c) for n, c in enumerate(contracts)])
    progress, left = Progress(), []
    for _ in range(3):
        ack, sent = cancel(venue, progress=progress)
        left.append((ack.verdict, len(venue.resting), len(sent[1])))
        venue.a_second_later()
    assert left == [(Verdict.BUSY, 7, 12), (Verdict.BUSY, 2, 7), (Verdict.ACCEPTED, 0, 2)]


@pytest.mark.parametrize(
    ("scope", "gone"),
    [
        (Scope(contract="btc-usdt"), {"1", "2", "4"}),
        (Scope(direction="sell"), {"2", "3"}),
        (Scope(contract="BTC-USDT", direction="sell"), {"2"}),
        (Scope(offset="open"), {"1", "2", "3"}),
        (Scope(orders=(OpenOrder(CROSS.id, "3", "ETH-USDT"),)), {"3"}),
        (Scope(orders=(OpenOrder(ISOLATED.id, "3", "ETH-USDT"),)), set()),
        (Scope(orders=(OpenOrder("cross", "3", "ETH-USDT"),)), set()),
    ],
)
def test_a_cancel_takes_exactly_its_scope(scope: Scope, gone: set[str]) -> None:
    resting = [
        Resting("swap_trigger", "1", "BTC-USDT"),
        Resting("swap_cross_track", "2", "BTC-USDT", "sell"),
        Resting("swap_cross_trigger", "3", "ETH-USDT", "sell"),
        Resting("swap_tpsl", "4", "BTC-USDT"),
    ]
    venue = Venue(list(resting))
    cancel(venue, "BTC-USDT", scope=scope)
    assert {r.order_id for r in resting} - {r.order_id for r in venue.resting} == gone


def test_chosen_orders_go_by_tens() -> None:
    venue = Venue([Resting("swap_cross_track", str(n), "BTC-USDT") for n in range(23)])
    chosen = tuple(OpenOrder(CROSS.id, str(n), "BTC-USDT") for n in range(21))
    ack, sent = cancel(venue, scope=Scope(orders=chosen))
    assert [len(json.loads(call.body)["order_id"].split(",")) for call in sent[1]] == [10, 10, 1]  # type: ignore[union-attr]
    assert (ack.verdict, len(venue.resting)) == (Verdict.ACCEPTED, 2)


@pytest.mark.parametrize("category", ["SPOT", ISOLATED.id])
def test_a_category_is_not_of_this_world(category: str) -> None:
    ack, sent = cancel(Venue([]), scope=Scope(category=category))
    assert (ack.verdict, sent) == (Verdict.REFUSED, [])


def test_a_cancel_that_has_no_contract_to_ask_for_says_so() -> None:
    """Isolated orders alone, and no contract is named that may have them."""
    alone = replace(ACTION, kinds=(ISOLATED.id,))
    meaning, sent = hold(htx().cancel(LEGACY, alone, EVERYTHING, None, "rest"), Venue([]))
    assert (meaning, sent) == (Ack(Verdict.REFUSED, "", NO_CONTRACT), [])


def test_a_cancel_that_the_venue_refuses_is_told() -> None:
    venue = Venue(everywhere("BTC-USDT"), instead={"swap_tpsl_cancelall": refused(1000)})
    ack, _ = cancel(venue, "BTC-USDT")
    assert (ack.verdict, ack.code) == (Verdict.UNKNOWN, "1000")
    assert [r.place for r in venue.resting] == ["swap_tpsl"]


# --- without a list ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trouble", "verdict"),
    [(LOST, Verdict.UNKNOWN), (refused(1032), Verdict.BUSY), (refused(1014), Verdict.ACCEPTED)],
)
def test_without_a_list_what_is_known_is_swept(trouble: Reply, verdict: Verdict) -> None:
    venue = Venue(everywhere("BTC-USDT", "ETH-USDT", "SOL-USDT"))
    venue.instead = {"swap_trigger_openorders": trouble}
    book = Book((CROSS.id,), (OpenOrder(CROSS.id, "1", "ETH-USDT"),), 1)
    ack, _ = cancel(venue, "BTC-USDT", book=book)
    assert {r.contract for r in venue.resting} == {"SOL-USDT"}
    assert ack.verdict is verdict
    assert "could not be listed" in ack.text


def test_without_a_list_no_chosen_order_is_taken_for_another() -> None:
    venue = Venue(everywhere("BTC-USDT"), instead={"swap_trigger_openorders": LOST})
    scope = Scope(orders=(OpenOrder(ISOLATED.id, "100", "BTC-USDT"),))
    ack, sent = cancel(venue, "BTC-USDT", scope=scope)
    assert (ack.verdict, len(sent), len(venue.resting)) == (Verdict.UNKNOWN, 1, 6)


def test_conditional_orders_of_a_unified_account_are_the_wrong_account() -> None:
    venue = Venue([], asset_mode=1)
    venue.instead = {f"{place}_openorders": refused(4002) for place in PLACES}
    ack, sent = cancel(venue, "BTC-USDT")
    assert (ack.verdict, ack.code, ack.wrong_account) == (Verdict.REFUSED, "4002", True)
    assert paths(sent[-1]) == [FAMILY_PATH]
