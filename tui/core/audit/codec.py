"""Frozen values as plain JSON data and back, by their declared types.

What is as by default is left out, and what a reader does not know is passed over: an older record
is read by a newer killdesk, and mostly the other way round.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from tui.core.clocks import Instant
from tui.core.sanitize import sanitize

T = TypeVar("T")
Plain = dict[str, object]


_MOST = 60_000_000_000_000
"""No count of ours is larger, and as epoch ms it is a moment that every calendar here has."""


class NotPlain(ValueError):
    """Data that is not of the type wanted; one sentence."""


def to_plain(value: object) -> object:
    """`value` as JSON can hold it. A moment is kept by the wall clock alone.

    Raises TypeError for what no reader could bring back.
    """
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Instant):
        return round(value.wall_s, 3)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, tuple):
        return [to_plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        found = ((name, getattr(value, name), default) for name, default in _defaults(type(value)))
        return {name: to_plain(held) for name, held, default in found if held != default}
    raise TypeError(f"a {type(value).__name__} has no plain form")


def from_plain(wanted: type[T], plain: object) -> T:
    """The value of the type `wanted` that `plain` describes, its texts made safe.

    Raises NotPlain.
    """
    return cast("T", _reader(cast("Hashable", wanted))(plain))


_ABSENT = object()


@cache
def _defaults(kind: type) -> tuple[tuple[str, object], ...]:
    return tuple(
        (field.name, _ABSENT if field.default is MISSING else field.default)
        for field in fields(kind)
        if field.init
    )


_Read = Callable[[object], object]


@cache
def _reader(wanted: Any) -> _Read:  # whatever a field may be declared as
    origin = get_origin(wanted)
    if origin is Union or origin is UnionType:
        return _one_of(tuple(get_args(wanted)))
    if origin is Literal:
        return _among(get_args(wanted))
    if origin is tuple:
        return _items(get_args(wanted))
    if wanted is Instant:
        return lambda plain: Instant(*(float(_number(plain, _MOST / 1000)),) * 3)
    if wanted is float:
        return lambda plain: float(_number(plain))
    if wanted is str:
        return lambda plain: sanitize(cast("str", _exactly(str, plain)))
    if wanted is int:
        return lambda plain: _number(_exactly(int, plain))
    if wanted in (bool, NoneType):
        return lambda plain: _exactly(wanted, plain)
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return lambda plain: _member(wanted, plain)
    if isinstance(wanted, type) and is_dataclass(wanted):
        return _fields(wanted)
    raise TypeError(f"{wanted} has no plain form")


def _exactly(wanted: type, plain: object) -> object:
    if type(plain) is not wanted:
        raise NotPlain(f"expected a {wanted.__name__}, got a {type(plain).__name__}")
    return plain


def _number(plain: object, most: float = _MOST) -> int | float:
    if isinstance(plain, bool) or not isinstance(plain, int | float):
        raise NotPlain(f"expected a number, got a {type(plain).__name__}")
    if not -most <= plain <= most:  # so does what is no number at all
        raise NotPlain("expected a number, got one too large")
    return plain


def _member(wanted: type[Enum], plain: object) -> Enum:
    try:
        return wanted(plain)
    except ValueError:
        raise NotPlain(f"there is no such {wanted.__name__}") from None


def _among(values: tuple[object, ...]) -> _Read:
    def read(plain: object) -> object:
        if plain not in values:
            raise NotPlain(f"expected one of {', '.join(map(str, values))}")
        return plain

    return read


def _one_of(kinds: tuple[object, ...]) -> _Read:
    readers = [_reader(kind) for kind in kinds]

    def read(plain: object) -> object:
        for reader in readers[:-1]:
            try:
                return reader(plain)
            except NotPlain:
                pass
        return readers[-1](plain)

    return read


def _items(kinds: tuple[object, ...]) -> _Read:
    alike = len(kinds) == 2 and kinds[1] is ...
    readers = [_reader(kind) for kind in kinds if kind is not ...]

    def read(plain: object) -> object:
        if not isinstance(plain, list):
            raise NotPlain(f"expected a list, got a {type(plain).__name__}")
        if alike:
            return tuple(readers[0](item) for item in plain)
        if len(plain) != len(readers):
            raise NotPlain(f"expected {len(readers)} items, got {len(plain)}")
        return tuple(reader(item) for reader, item in zip(readers, plain, strict=True))

    return read


def _fields(wanted: type) -> _Read:
    hints = get_type_hints(wanted)
    known = [(name, default, _reader(hints[name])) for name, default in _defaults(wanted)]

    def read(plain: object) -> object:
        if not isinstance(plain, dict):
            raise NotPlain(f"expected a {wanted.__name__}, got a {type(plain).__name__}")
        found = {}
        for name, default, reader in known:
            if name in plain:
                found[name] = reader(plain[name])
            elif default is _ABSENT:
                raise NotPlain(f"a {wanted.__name__} without {name}")
        return wanted(**found)

    return read
