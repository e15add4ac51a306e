"""Replies bent out of shape: a JSON value changed somewhere, its text broken, bytes that are none.

`KILLDESK_FUZZ=long` looks at a hundred times as many; any whole number is taken as a factor.
"""

from __future__ import annotations

import gzip
import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

CANARY = "KDX7"
"""Stands in every hostile text, so that what comes of it can be found."""
_LONG = 100
_FACTOR = os.environ.get("KILLDESK_FUZZ", "1")
FACTOR = _LONG if _FACTOR == "long" else int(_FACTOR)
Test = TypeVar("Test", bound=Callable[..., Any])


def fuzzed(examples: int) -> Callable[[Test], Test]:
    """So many examples, or more of them where the environment asks for it."""
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
    return settings(
        max_examples=examples * FACTOR,
        deadline=None,
        suppress_health_check=[*slow, HealthCheck.function_scoped_fixture],
        derandomize=FACTOR == 1,
        database=None,
    )


@dataclass(frozen=True)
class Raw:
    """JSON text that no encoder of values would write."""

    text: str

    def __repr__(self) -> str:
        return f"Raw({self.text[:40]!r})"


@dataclass(frozen=True)
class Pairs:
    """An object with its keys in order, one of them maybe twice."""

    items: tuple[tuple[str, Any], ...]


Json: TypeAlias = Any

ESCAPES = (
    f"\x1b]52;c;{CANARY}\x07",
    f"\x1b]0;{CANARY}\x1b\\",
    f"\u009b31m{CANARY}\x00\x7f\r\n\t",
    f"\u202e{CANARY}\u2066\u200b\ufeff",
    f"{CANARY}\ud800",
    f"[bold red]{CANARY}[/] [@click=app.quit]x[/nope]",
)
JUNK: tuple[Json, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    2**63,
    10**19,
    -(10**19),
    10**40,
    253_402_300_800_000,
    -62_135_596_800_001,
    0.5,
    1e308,
    Raw("NaN"),
    Raw("Infinity"),
    Raw("-1e999"),
    Raw("1e-400"),
    Raw("1" + "0" * 4_299),
    Raw("9" * 5_000),
    Raw("-0"),
    "",
    " ",
    "0",
    "-1",
    "1e999",
    "nan",
    "١٢٣",
    "1_0",
    "9" * 5_000,
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.999999",
    "a" * 30_000,
    "e\u0301" * 500,
    *ESCAPES,
    [],
    {},
    [None],
    [[]],
    [{}] * 3,
    {"": None},
    Raw("[" * 900 + "]" * 900),
    Raw('{"a":' * 900 + "1" + "}" * 900),
    Raw("[" * 20_000),
)
"""What a field may hold that nobody promised."""


def render(value: Json) -> str:
    """JSON text of a value with `Raw` and `Pairs` in it; ASCII, so that surrogates pass."""
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, Pairs):
        return "{" + ",".join(f"{json.dumps(k)}:{render(v)}" for k, v in value.items) + "}"
    if isinstance(value, dict):
        return render(Pairs(tuple(value.items())))
    if isinstance(value, list):
        return "[" + ",".join(map(render, value)) + "]"
    return json.dumps(value)


def places(value: Json, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of everything in a JSON value, its own being ()."""
    found = [at]
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, held in items:
        found += places(held, (*at, key))
    return found


def changed(value: Json, path: tuple[Any, ...], change: Callable[[Json], Json]) -> Json:
    """A copy with what is at `path` changed. A change in an object may give `Pairs`."""
    if not path:
        return change(value)
    key, *rest = path
    if isinstance(value, list):
        return [changed(v, tuple(rest), change) if n == key else v for n, v in enumerate(value)]
    if isinstance(value, dict):
        return {k: changed(v, tuple(rest), change) if k == key else v for k, v in value.items()}
    return value


def _without(value: Json) -> Json:
    """Without its first entry."""
    if isinstance(value, list):
        return value[1:]
    return dict(list(value.items())[1:]) if isinstance(value, dict) else Raw("")


def _again(value: Json) -> Json:
    """With its first entry twice, or a list many times over."""
    if isinstance(value, list):
        return value * 300 if len(value) < 10 else value * 3
    if isinstance(value, dict) and value:
        items = tuple(value.items())
        return Pairs((*items, (items[0][0], "0"), items[-1]))
    return [value, value]


def _renamed(value: Json) -> Json:
    if isinstance(value, dict):
        return {f"{key} ": held for key, held in value.items()}
    return value


def _as_text(value: Json) -> Json:
    return render(value) if not isinstance(value, str) else Raw(value or "0")


CHANGES: tuple[Callable[[Json], Json], ...] = (
    _without,
    _again,
    _renamed,
    _as_text,
    lambda value: [value],
    lambda value: {"data": value},
)


@st.composite
def bent_values(draw: st.DrawFn, seed: Json) -> str:
    """JSON text of `seed`, changed in one to three places."""
    value = seed
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(places(value)))
        if draw(st.integers(0, 3)):
            junk = draw(st.sampled_from(JUNK))
            value = changed(value, path, lambda _, junk=junk: junk)
        else:
            value = changed(value, path, draw(st.sampled_from(CHANGES)))
        if not isinstance(value, dict | list):
            break
    return render(value)


SPLINTERS = (
    b"9" * 5_000,
    b"-" + b"9" * 400,
    b"1e999",
    b"nan",
    b"0x" + b"f" * 400,
    b"[" * 3_000,
    b"{a=" * 3_000,
    b"a." * 300 + b"a",
    b"[[x]]",
    b'""',
    b'"""',
    b"\xff",
    b"\x00",
    b"\r\n\r\n",
    b"\n" * 2_000,
    b"0001-01-01T00:00:00+14:00",
    b"9999-12-31T23:59:59.999999",
    "\u202e\x1b]0;x\x07\x9b2J".encode(),
    b"A" * 30_000,
)
"""What a word of any text may be replaced by."""
_WORD = re.compile(rb"[\w.:-]+")
_SWAPS = ("word",) * 5


def _spoilt(draw: st.DrawFn, data: bytes) -> bytes:
    """`data` cut off, with bytes put in or turned, or in another encoding."""
    at = draw(st.integers(0, len(data)))
    how = draw(st.sampled_from(("cut", "put", "turn", "utf-16", "bom", "twice", "gzip", *_SWAPS)))
    if how == "word":
        start, end = draw(
            st.sampled_from([found.span() for found in _WORD.finditer(data)] or [(0, 0)])
        )
        return data[:start] + draw(st.sampled_from(SPLINTERS)) + data[end:]
    if how == "cut":
        return data[:at]
    if how == "put":
        return data[:at] + draw(st.binary(min_size=1, max_size=8)) + data[at:]
    if how == "turn":
        return data[:at] + bytes(b ^ 0xFF for b in data[at : at + 1]) + data[at + 1 :]
    if how == "utf-16":
        return data.decode("utf-8", "replace").encode("utf-16")
    if how == "bom":
        return b"\xef\xbb\xbf" + data
    return data + data if how == "twice" else gzip.compress(data, 1)


@st.composite
def bent(draw: st.DrawFn, seeds: tuple[bytes, ...]) -> bytes:
    """Bytes that began as one of `seeds`, or, now and then, as nothing of the kind."""
    sort = draw(st.integers(0, 19))
    if sort == 0:
        return draw(st.binary(max_size=200))
    seed = draw(st.sampled_from(seeds))
    try:
        value = json.loads(seed)
    except ValueError:
        return _spoilt(draw, seed)
    data = draw(bent_values(value)).encode("utf-8", "surrogatepass") if sort > 3 else seed
    return _spoilt(draw, data) if sort < 7 else data
