"""The settings schema: every key with its label, help, default, range and choices.

The reader accepts what stands here, the forms show it, and the table in the README is made of it.
A key more is a line here, and the attribute that takes its value.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from tui.core.accounts import Account, GuardSettings, TimerSettings
from tui.service.settings.endpoints import local_url, rest_endpoint, socket_endpoint
from tui.service.settings.field_types import Field, FieldType
from tui.service.settings.text_checks import account_name, contract_code, full_path
from tui.venues import VENUES, kinds_of
from tui.venues.base.specs import TimerSpec, VenueSpec

_ACCOUNT = Account("", "", "")
_TIMER = TimerSettings()
_GUARDS = GuardSettings()
_BEATS_IN_COUNTDOWN = 3
"""How many beats the default of `beat_s` puts into a short countdown."""

PLAIN_FIELDS: tuple[Field, ...] = (
    Field("confirm", "presses", "twice: again within 2 s sends; once: the first press does",
          FieldType.ONE, "twice", choices=("twice", "once"), heading="desk", table="desk"),
    Field("screen_grace_s", "screen grace", "seconds of silence that end the beats: {range}",
          FieldType.NUMBER, 30.0, least=5, most=600, table="desk"),
    Field("lock_after_min", "lock after", "minutes without a key or a click; 0: never",
          FieldType.NUMBER, 0.0, least=0, most=1440, table="desk"),
    Field("notify", "desktop notes", "of alarms, where the terminal passes them on",
          FieldType.FLAG, True, table="desk"),
    Field("keep_days", "keep", "days a file of the record stays, from the next start; 0: for ever",
          FieldType.WHOLE, 90, least=0, most=36_500, heading="record", table="audit",
          attribute="audit_keep_days"),
)  # fmt: skip
"""The keys of the plain tables. Those of `[keys]` are the screen's to know."""

NAME = Field("name", "name", "yours for it, such as main-desk; it stands on the panel",
             required=True, check=account_name)  # fmt: skip
VENUE = Field("venue", "venue", "where the account is",
              FieldType.ONE, required=True, choices=tuple(VENUES))  # fmt: skip


def account_fields(
    spec: VenueSpec, *, timers: Sequence[TimerSpec] = (), paper: bool = False, site: str = ""
) -> tuple[Field, ...]:
    """The keys of an account at that venue, in the order of a form.

    A key that the venue's accounts cannot have has a `refusal`. `timers` are those that the account
    holds; `paper`: it trades on the venue's own paper; `site`: of its sites.
    """
    timer_fields = (*deadman_fields(timers), *GUARD_FIELDS) if timers else ()
    return (
        NAME, VENUE, *_venue_fields(spec), *timer_fields, *_addresses(spec, paper=paper, site=site)
    )  # fmt: skip


@cache
def account_keys() -> tuple[str, ...]:
    """The account's own keys but `deadman`; they are the same at every venue."""
    return tuple(field.key for field in account_fields(next(iter(VENUES.values())).spec))


def deadman_fields(
    timers: Sequence[TimerSpec], countdown_s: int | None = None
) -> tuple[Field, ...]:
    """The keys of `deadman` itself, for an account that holds these timers; the countdown first.

    The usual beat, and the longest, are those of a countdown of `countdown_s` seconds.
    """
    shortest = max(timer.min_s for timer in timers)
    longest = min(timer.max_s for timer in timers)
    usual_s = min(max(_TIMER.countdown_s, shortest), longest)
    third_s = math.floor(100 * (countdown_s or usual_s) / _BEATS_IN_COUNTDOWN) / 100
    return (
        Field("deadman.countdown_s", "countdown",
              "seconds until the venue cancels by itself: {range}", FieldType.WHOLE, usual_s,
              least=shortest, most=longest, heading="dead-man timer"),
        Field("deadman.beat_s", "beat",
              "seconds between two beats; several fit into a countdown", FieldType.NUMBER,
              min(_TIMER.beat_s, third_s), least=0, most=countdown_s or longest),
        Field("deadman.on_quit", "on quit", "what becomes of an armed timer when killdesk ends",
              FieldType.ONE, _TIMER.on_quit, choices=("ask", "fire", "disarm")),
    )  # fmt: skip


GUARD_FIELDS: tuple[Field, ...] = (
    Field("deadman.guards.pid", "process", "its number; the beats go on only while it exists",
          FieldType.WHOLE, _GUARDS.pid, least=1, most=2**31 - 1,
          heading="what must hold for the beats to go on"),
    Field("deadman.guards.pid_file", "process file", "full path of a file with such a number",
          default=_GUARDS.pid_file, check=full_path),
    Field("deadman.guards.file", "file", "full path; must be written again and again",
          default=_GUARDS.file, check=full_path),
    Field("deadman.guards.file_fresh_s", "file age", "seconds that it may be old: {range}",
          FieldType.NUMBER, _GUARDS.file_fresh_s, least=1, most=3600),
    Field("deadman.guards.url", "address", "http://127.0.0.1:8080/health: must answer 200",
          default=_GUARDS.url, check=local_url),
    Field("deadman.guards.presence_min", "presence",
          "minutes within which somebody presses K: {range}", FieldType.NUMBER,
          _GUARDS.presence_min, least=1, most=1440),
)  # fmt: skip
"""The keys of `deadman.guards`."""


def _venue_fields(spec: VenueSpec) -> tuple[Field, ...]:
    """What the venue has that an account can choose from."""
    asked = tuple(timer for timer in spec.timers if not timer.usual)
    several = len(spec.sites) > 1
    fields = (
        Field("site", "site", "; ".join(f"{one.id}: {one.serves}" for one in spec.sites),
              FieldType.ONE, spec.sites[0].id, choices=tuple(one.id for one in spec.sites),
              refusal="" if several else f"{spec.title} has one site; leave it out"),
        Field("demo_trading", "paper", f"{spec.title}'s own paper trading",
              FieldType.FLAG, _ACCOUNT.demo_trading, refusal="" if spec.demo_trading
              else f"{spec.title} has no paper trading; leave it out"),
        Field("family", "family", "auto asks the venue for it", FieldType.ONE, _ACCOUNT.family,
              choices=tuple(dict.fromkeys((_ACCOUNT.family, *spec.families))),
              refusal="" if spec.families
              else f"{spec.title} has no account families; leave it out"),
        Field("contracts", "contracts", spec.contracts, FieldType.TEXTS, _ACCOUNT.contracts,
              check=contract_code, refusal="" if spec.contracts
              else f"{spec.title} cancels without it; leave it out"),
        Field("extra", "more buttons", "cancels beyond the usual ones",
              FieldType.SOME, _ACCOUNT.extras, choices=tuple(extra.id for extra in spec.extras),
              offered_by=f"{spec.title} offers", attribute="extras"),
        Field("absent", "has none of",
              "orders that the account cannot have: not asked for, cancelled or counted",
              FieldType.SOME, _ACCOUNT.absent, choices=tuple(one.id for one in kinds_of(spec.id)),
              offered_by=f"{spec.title} knows"),
        Field("timers", "timers", "; ".join(f"{timer.id}: {timer.covers}" for timer in asked),
              FieldType.SOME, _ACCOUNT.timers, choices=tuple(timer.id for timer in asked),
              offered_by=f"{spec.title} offers"),
    )  # fmt: skip
    first = next(one for one in fields if one.offered)
    headed = replace(first, heading=f"what {spec.title} offers")
    return tuple(headed if one is first else one for one in fields)


def _addresses(spec: VenueSpec, *, paper: bool, site: str) -> tuple[Field, ...]:
    usual = spec.site(site)
    socket = usual.socket(paper=paper)
    own = f"{spec.title}'s own, if empty"
    if socket:
        own = f"{spec.title}'s own, if both are empty; a simulator or a proxy takes both"
    return (
        Field("rest_url", "REST", own, default=usual.rest_url, check=rest_endpoint,
              heading="addresses"),
        Field("ws_url", "socket", own, default=socket, check=socket_endpoint,
              refusal="" if socket else f"{spec.title} is spoken to by REST only; leave it out"),
    )  # fmt: skip
