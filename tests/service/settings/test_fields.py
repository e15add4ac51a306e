"""The settings schema: the reader accepts what it says, and every value has a field in it."""

from __future__ import annotations

import re
from dataclasses import fields
from itertools import product
from pathlib import Path

import pytest
import tomlkit

from tui.core.accounts import Account, GuardSettings, TimerSettings
from tui.service.settings.field_types import ON, Field, FieldType, from_text, nested, to_text
from tui.service.settings.fields import GUARD_FIELDS, PLAIN_FIELDS, account_fields, deadman_fields
from tui.service.settings.loader import Settings, SettingsError, parse_settings
from tui.venues import VENUES

FILE = Path("config.toml")
USUAL = {field.key: field for field in PLAIN_FIELDS}


TEXTS = {
    "name": "desk",
    "contracts": "BTC-USDT",
    "rest_url": "https://rest.example",
    "ws_url": "wss://socket.example/path",
    "deadman.guards.pid_file": "/run/bot.pid",
    "deadman.guards.file": "/run/bot.beat",
    "deadman.guards.url": "http://127.0.0.1:8080/health",
}
"""What the texts that are checked may say."""
TYPES = {
    FieldType.TEXT: "str",
    FieldType.ONE: "str",
    FieldType.NUMBER: "float",
    FieldType.WHOLE: "int",
    FieldType.FLAG: "bool",
    FieldType.TEXTS: "tuple[str, ...]",
    FieldType.SOME: "tuple[str, ...]",
}


def keys_of(venue: str, *, timed: bool = False) -> dict[str, Field]:
    spec = VENUES[venue].spec
    found = account_fields(spec, timers=spec.timers if timed else ())
    return {one.key: one for one in found if one.offered}


def another(field: Field) -> object:
    """A value that may stand in the file and is not the default."""
    match field.type:
        case FieldType.TEXT:
            return TEXTS.get(field.key, "some text")
        case FieldType.TEXTS:
            return [TEXTS.get(field.key, "some text")]
        case FieldType.FLAG:
            return not field.default
        case FieldType.ONE:
            return field.choices[-1]
        case FieldType.SOME:
            return [field.choices[-1]]
        case FieldType.WHOLE:
            return int(field.least) + 1
        case FieldType.NUMBER:
            return field.least + 1.5


def account_of(venue: str, *said: tuple[Field, object], timed: bool = False) -> Account:
    """What the reader makes of an account that says this, and what it must say besides.

    Raises SettingsError.
    """
    spec, keys = VENUES[venue].spec, {field.key for field, _ in said}
    needs: dict[str, object] = {"name": "a", "venue": venue}
    asked = [timer.id for timer in spec.timers if not timer.usual]
    if asked and (timed or any(field.inside for field, _ in said)):
        needs["timers"] = asked
    if "deadman.guards.file_fresh_s" in keys:
        needs["deadman.guards.file"] = TEXTS["deadman.guards.file"]
    if keys & {"rest_url", "ws_url"}:
        needs |= {key: TEXTS[key] for key in ("rest_url", "ws_url") if key in keys_of(venue)}
    table = nested(needs | {field.key: value for field, value in said})
    return parse_settings(tomlkit.dumps({"accounts": [table]}).encode(), FILE, required=0).accounts[
        0
    ]


def value_in(account: Account, field: Field) -> object:
    """The value that the account has for the field."""
    holder: object = account
    for name in field.inside.split("."):
        holder = getattr(holder, name) if name else holder
    return getattr(holder, field.target)


ACCOUNT_FIELDS = [
    (venue, field) for venue in VENUES for field in keys_of(venue, timed=True).values()
]
IDS = [f"{venue}-{field.key}" for venue, field in ACCOUNT_FIELDS]


# what the reader accepts


@pytest.mark.parametrize(("venue", "field"), ACCOUNT_FIELDS, ids=IDS)
def test_the_reader_takes_what_a_field_of_an_account_says(venue: str, field: Field) -> None:
    value = another(field) if field.key != "venue" else venue
    found = value_in(account_of(venue, (field, value)), field)
    assert found == (tuple(value) if isinstance(value, list) else value)
    if field.key not in ("name", "venue"):
        assert found != field.default


@pytest.mark.parametrize(("venue", "field"), ACCOUNT_FIELDS, ids=IDS)
def test_the_default_that_is_shown_is_the_one_that_holds(venue: str, field: Field) -> None:
    if not field.required:
        account = account_of(venue, timed=bool(field.inside))
        assert value_in(account, field) == field.default
        return
    table = {key: value for key, value in {"name": "a", "venue": venue}.items() if key != field.key}
    with pytest.raises(SettingsError, match="is missing") as missing:
        parse_settings(tomlkit.dumps({"accounts": [table]}).encode(), FILE, required=0)
    assert missing.value.key == field.key


@pytest.mark.parametrize(
    ("venue", "field", "value"),
    [
        (venue, field, int(value))
        for venue, field in ACCOUNT_FIELDS
        if field.type in (FieldType.NUMBER, FieldType.WHOLE)
        for value in (field.least - 1, field.most + 1)
    ],
)
def test_a_number_out_of_the_range_that_is_shown_is_refused_with_it(
    venue: str, field: Field, value: int
) -> None:
    longest = keys_of(venue, timed=True)["deadman.countdown_s"]
    said = () if field.key == longest.key else ((longest, int(longest.most)),)
    with pytest.raises(SettingsError) as refused:
        account_of(venue, *said, (field, value))
    assert refused.value.key == field.key
    assert f"from {field.least:g} to {field.most:.0f}, got" in refused.value.expected


@pytest.mark.parametrize("venue", VENUES)
def test_what_the_venue_does_not_have_is_refused_and_not_offered(venue: str) -> None:
    found = account_fields(VENUES[venue].spec)
    refused = [field for field in found if field.refusal]
    assert not set(refused) & set(keys_of(venue).values())
    for field in refused:
        with pytest.raises(SettingsError, match=re.escape(field.refusal)):
            account_of(venue, (field, another(field)))


@pytest.mark.parametrize("venue", VENUES)
def test_the_reader_knows_the_keys_of_the_schema_and_no_others(venue: str) -> None:
    spec = VENUES[venue].spec
    of_deadman = deadman_fields(spec.timers)
    for inside, known in (
        ("", [*(field.name for field in account_fields(spec)), "deadman"]),
        ("deadman.", [*(field.name for field in of_deadman), "guards"]),
        ("deadman.guards.", [field.name for field in GUARD_FIELDS]),
    ):
        with pytest.raises(SettingsError) as refused:
            account_of(venue, (Field(f"{inside}nonsense"), 1))
        assert refused.value.expected == f"unknown key; expected one of {', '.join(known)}"


def test_every_plain_field_is_a_key_that_the_file_knows_with_the_default_shown() -> None:
    usual = parse_settings(b"", FILE)
    for field in PLAIN_FIELDS:
        typed = from_text(field, field.default_text)
        said = {} if typed is None else {field.key: typed}
        assert parse_settings(tomlkit.dumps({field.table: said}).encode(), FILE) == usual, field.key
        other = {field.table: {field.key: another(field)}}
        found = parse_settings(tomlkit.dumps(other).encode(), FILE)
        assert getattr(found, field.target) == another(field) != getattr(usual, field.target)
        if field.type in (FieldType.NUMBER, FieldType.WHOLE):
            for value in (int(field.least) - 1, int(field.most) + 1):
                text = tomlkit.dumps({field.table: {field.key: value}})
                with pytest.raises(SettingsError, match=f"from {field.least:g} to {field.most:g}"):
                    parse_settings(text.encode(), FILE)


# the values that they become


@pytest.mark.parametrize(
    ("holder", "schema", "others"),
    [
        (Account, account_fields(VENUES["htx"].spec), {"deadman", "problem"}),
        (TimerSettings, deadman_fields(VENUES["htx"].spec.timers), {"guards"}),
        (GuardSettings, GUARD_FIELDS, set()),
        (Settings, PLAIN_FIELDS, {"accounts", "path", "keys"}),
    ],
)
def test_every_value_has_a_field_of_its_type(
    holder: type, schema: tuple[Field, ...], others: set[str]
) -> None:
    types = {one.name: str(one.type).removesuffix(" | None") for one in fields(holder)}
    assert {name: kind for name, kind in types.items() if name not in others} == {
        field.target: TYPES[field.type] for field in schema
    }


# what a form asks for


def test_each_venue_offers_what_it_has() -> None:
    assert {"family", "contracts", "extra", "timers", "ws_url"} <= set(keys_of("htx"))
    assert keys_of("htx")["family"].choices == ("auto", "legacy", "unified")
    assert {"demo_trading", "extra", "timers"} <= set(keys_of("okx"))
    assert keys_of("okx")["timers"].choices == ("okx-sprd", "okx-rfq", "okx-trade")
    assert "ws_url" not in keys_of("bitget"), "it is spoken to over REST alone"
    assert "timers" not in keys_of("bitget"), "its timer needs no naming"
    assert not any(key.startswith("deadman.") for key in keys_of("bitget"))


def test_the_countdown_that_is_shown_fits_every_timer_of_the_venue() -> None:
    for venue, default in (("bitget", "30"), ("okx", "30"), ("htx", "30")):
        field = keys_of(venue, timed=True)["deadman.countdown_s"]
        assert field.default_text == default
    assert "5 to 60" in keys_of("bitget", timed=True)["deadman.countdown_s"].help
    assert "10 to 120" in keys_of("okx", timed=True)["deadman.countdown_s"].help


@pytest.mark.parametrize("venue", VENUES)
def test_the_addresses_that_hold_are_those_of_the_site_and_of_paper_trading(venue: str) -> None:
    spec = VENUES[venue].spec
    for site, paper in product(spec.sites, (False, True)):
        found = account_fields(spec, paper=paper, site=site.id)
        shown = {one.key: one.default for one in found if one.offered}
        assert shown["rest_url"] == site.rest_url
        assert shown.get("ws_url") == site.socket(paper=paper)
    assert ("site" in shown) is (len(spec.sites) > 1), "a choice of one is none"


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        (USUAL["confirm"], "once", "once"),
        (USUAL["confirm"], "twice", None),  # what holds anyway is not written
        (USUAL["confirm"], "", None),
        (USUAL["screen_grace_s"], " 60 ", 60),
        (USUAL["screen_grace_s"], "7.5", 7.5),
        (USUAL["screen_grace_s"], "soon", "soon"),  # the reader says what it expects
        (USUAL["screen_grace_s"], "  ", None),
        (USUAL["notify"], ON, None),
        (USUAL["notify"], "off", False),
        (keys_of("okx")["demo_trading"], ON, True),
        (keys_of("okx")["demo_trading"], "", None),
        (keys_of("htx")["contracts"], "BTC-USDT, , ETH-USDT ,", ["BTC-USDT", "ETH-USDT"]),
        (keys_of("htx")["contracts"], " , ", None),
        (keys_of("okx")["extra"], "rfqs", ["rfqs"]),
        (Field("x"), " words ", "words"),
    ],
)
def test_what_is_typed_becomes_what_the_file_holds(field: Field, typed: str, value: object) -> None:
    assert from_text(field, typed) == value


@pytest.mark.parametrize(
    ("field", "value", "typed"),
    [
        (USUAL["screen_grace_s"], 60, "60"),
        (USUAL["notify"], False, "off"),
        (USUAL["notify"], True, ON),
        (keys_of("okx")["demo_trading"], False, ""),
        (keys_of("htx")["contracts"], ["BTC-USDT", "ETH-USDT"], "BTC-USDT, ETH-USDT"),
    ],
)
def test_what_the_file_holds_is_shown_as_it_would_be_typed(
    field: Field, value: object, typed: str
) -> None:
    assert to_text(field, {field.key: value}) == typed
    assert to_text(field, {}) == ""
    if field.type is not FieldType.FLAG:
        assert from_text(field, typed) == value


def test_a_key_within_tables_goes_there_and_comes_back() -> None:
    typed = {"deadman.beat_s": "4", "deadman.guards.pid": "4711", "extra": "strategy"}
    known = keys_of("bitget", timed=True)
    table = nested({key: from_text(known[key], text) for key, text in typed.items()})
    assert table == {"deadman": {"beat_s": 4, "guards": {"pid": 4711}}, "extra": ["strategy"]}
    assert {key: to_text(known[key], table) for key in typed} == typed
    assert to_text(known["deadman.guards.url"], {"deadman": 3}) == ""
    assert known["deadman.beat_s"].default_text == f"{TimerSettings().beat_s:g}"
