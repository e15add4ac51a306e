"""What the settings file may hold, field by field, for whoever edits it on a screen.

Nothing is checked here: what is allowed is decided where the file is read, and said from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from tui.core.accounts import GuardSettings, TimerSettings
from tui.venues import kinds_of
from tui.venues.base.protocol import VenueSpec


class Sort(StrEnum):
    """What is put into a field."""

    TEXT = "text"
    NUMBER = "number"
    TEXTS = "texts"
    """Several texts, with commas between."""
    FLAG = "flag"
    ONE = "one"
    """One of the choices."""
    SOME = "some"
    """Any of the choices."""


@dataclass(frozen=True, slots=True)
class Field:
    """One key of the settings file."""

    key: str
    """`deadman.beat_s`: the key, with the tables that it stands in."""
    label: str
    help: str
    """What it does and what is allowed, in one line."""
    sort: Sort = Sort.TEXT
    default: str = ""
    """What holds when the key is absent, as it would be typed."""
    choices: tuple[str, ...] = ()
    heading: str = ""
    """Of the fields that begin here."""
    table: str = ""
    """The plain table that it stands in, `desk`; empty for a key of an account."""


ON = "on"
"""What a flag that holds is taken as."""
_OFF = "off"
_USUAL = TimerSettings()

PLAIN_FIELDS: tuple[Field, ...] = (
    Field("confirm", "presses", "twice: again within 2 s sends; once: the first press does",
          Sort.ONE, "twice", ("twice", "once"), "desk", "desk"),
    Field("screen_grace_s", "screen grace", "seconds of silence that end the beats: 5 to 600",
          Sort.NUMBER, "30", table="desk"),
    Field("lock_after_min", "lock after", "minutes without a key or a click; 0: never",
          Sort.NUMBER, "0", table="desk"),
    Field("notify", "desktop notes", "of alarms, where the terminal passes them on",
          Sort.FLAG, ON, table="desk"),
    Field("keep_days", "keep", "days a file of the record stays, from the next start; 0: for ever",
          Sort.NUMBER, "90", heading="record", table="audit"),
)  # fmt: skip
"""The keys of the plain tables; one more is one more line here. Those of `[keys]` are the
screen's to know."""

_DEADMAN = (
    Field("deadman.countdown_s", "countdown", "", Sort.NUMBER, heading="dead-man timer"),
    Field("deadman.beat_s", "beat", "seconds between two beats; several fit into a countdown",
          Sort.NUMBER, f"{_USUAL.beat_s:g}"),
    Field("deadman.on_quit", "on quit", "what becomes of an armed timer when killdesk ends",
          Sort.ONE, _USUAL.on_quit, ("ask", "fire", "disarm")),
    Field("deadman.guards.pid", "process", "its number; the beats go on only while it exists",
          Sort.NUMBER, heading="what must hold for the beats to go on"),
    Field("deadman.guards.pid_file", "process file", "full path of a file with such a number"),
    Field("deadman.guards.file", "file", "full path; must be written again and again"),
    Field("deadman.guards.file_fresh_s", "file age", "seconds that it may be old: 1 to 3600",
          Sort.NUMBER, f"{GuardSettings().file_fresh_s:g}"),
    Field("deadman.guards.url", "address", "http://127.0.0.1:8080/health: must answer 200"),
    Field("deadman.guards.presence_min", "presence",
          "minutes within which somebody presses K: 1 to 1440", Sort.NUMBER),
)  # fmt: skip


def account_fields(
    spec: VenueSpec, *, timed: bool, paper: bool = False, site: str = ""
) -> tuple[Field, ...]:
    """The keys of an account at that venue beside name and venue.

    `timed`: it holds a timer; `paper`: it trades on the venue's own paper; `site`: of its sites.
    """
    fields: list[Field] = []
    if len(spec.sites) > 1:
        ids = tuple(one.id for one in spec.sites)
        serves = "; ".join(f"{one.id}: {one.serves}" for one in spec.sites)
        fields.append(Field("site", "site", serves, Sort.ONE, ids[0], ids))
    if spec.demo_trading:
        fields.append(
            Field("demo_trading", "paper", f"{spec.title}'s own paper trading", Sort.FLAG)
        )
    if spec.families:
        choices = tuple(dict.fromkeys(("auto", *spec.families)))
        fields.append(
            Field("family", "family", "auto asks the venue for it", Sort.ONE, "auto", choices)
        )
    if "legacy" in spec.families:
        fields.append(
            Field(
                "contracts",
                "contracts",
                "legacy: each that you trade, such as BTC-USDT, ETH-USDT",
                Sort.TEXTS,
            )
        )
    if spec.extras:
        offered = tuple(extra.id for extra in spec.extras)
        fields.append(
            Field(
                "extra", "more buttons", "cancels beyond the usual ones", Sort.SOME, choices=offered
            )
        )
    fields.append(
        Field(
            "absent",
            "has none of",
            "orders that the account cannot have: not asked for, cancelled or counted",
            Sort.SOME,
            choices=tuple(kind.id for kind in kinds_of(spec.id)),
        )
    )
    asked = tuple(timer for timer in spec.timers if not timer.usual)
    if asked:
        covers = "; ".join(f"{timer.id}: {timer.covers}" for timer in asked)
        offered = tuple(timer.id for timer in asked)
        fields.append(Field("timers", "timers", covers, Sort.SOME, choices=offered))
    first, *others = fields
    usual = spec.site(site)
    socket = usual.socket(paper=paper)
    own = f"{spec.title}'s own, if empty"
    if socket:
        own = f"{spec.title}'s own, if both are empty; a simulator or a proxy takes both"
    return (
        replace(first, heading=f"what {spec.title} offers"),
        *others,
        *(_timer_fields(spec) if timed else ()),
        Field("rest_url", "REST", own, default=usual.rest_url, heading="addresses"),
        *([Field("ws_url", "socket", own, default=socket)] if socket else ()),
    )


def value_of(field: Field, typed: str) -> object | None:
    """What goes into the file for what was typed or chosen; None for nothing.

    What is no number stays a text: the reader of the file says what it expects.
    """
    text = typed.strip()
    if field.sort is Sort.FLAG:
        taken = text == ON
        return None if taken == (field.default == ON) else taken
    if not text or (text == field.default and field.sort is Sort.ONE):
        return None
    match field.sort:
        case Sort.NUMBER:
            return _number(text)
        case Sort.TEXTS | Sort.SOME:
            return [part for part in map(str.strip, text.split(",")) if part] or None
        case _:
            return text


def typed_of(field: Field, table: Mapping[str, object]) -> str:
    """What the file's `table` holds for the field, as it would be typed; empty if absent."""
    value: object = table
    for name in field.key.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    if value is None:
        return ""
    if value is False:
        return _OFF if field.default == ON else ""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return ON if value is True else str(value)


def nested(values: Mapping[str, object]) -> dict[str, object]:
    """`{"deadman.beat_s": 5}` as the tables of the file: `{"deadman": {"beat_s": 5}}`."""
    result: dict[str, object] = {}
    for key, value in values.items():
        *tables, last = key.split(".")
        inner = result
        for name in tables:
            found = inner.setdefault(name, {})
            assert isinstance(found, dict), key
            inner = found
        inner[last] = value
    return result


def _timer_fields(spec: VenueSpec) -> tuple[Field, ...]:
    shortest = max(timer.min_s for timer in spec.timers)
    longest = min(timer.max_s for timer in spec.timers)
    countdown, *others = _DEADMAN
    default = str(min(max(_USUAL.countdown_s, shortest), longest))
    said = f"seconds until the venue cancels by itself: {shortest} to {longest}"
    return (replace(countdown, help=said, default=default), *others)


def _number(text: str) -> object:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text
