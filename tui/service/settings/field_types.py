"""What a field of the settings file is, and how its value looks as text in a form."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class FieldType(StrEnum):
    """What a field holds."""

    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole"
    """A whole number."""
    TEXTS = "texts"
    """A list of texts; in a form with commas between."""
    FLAG = "flag"
    ONE = "one"
    """One of the choices."""
    SOME = "some"
    """Any of the choices."""


@dataclass(frozen=True, slots=True)
class Field:
    """One key of the settings file: what the reader accepts, and what a form shows of it."""

    key: str
    """`deadman.beat_s`: the key, with the tables of the account that it stands in."""
    label: str = ""
    text: str = ""
    """What it does and what is allowed; `{range}` in it stands for the least and the most."""
    type: FieldType = FieldType.TEXT
    default: object = None
    """What holds when the key is absent."""
    required: bool = False
    choices: tuple[str, ...] = ()
    offered_by: str = ""
    """How a refusal begins that names the choices: `OKX offers`."""
    least: float = -math.inf
    most: float = math.inf
    check: Callable[[str], str] | None = None
    """Returns a text as it is to be used, or raises ValueRefused."""
    refusal: str = ""
    """Why the venue's accounts cannot have it; empty if they can."""
    heading: str = ""
    """Of the fields that begin here."""
    table: str = ""
    """The plain table that it stands in, `desk`; empty for a key of an account."""
    attribute: str = ""
    """The attribute that takes the value, where it is not called like the key."""

    @property
    def name(self) -> str:
        """The key within its own table."""
        return self.key.rpartition(".")[2]

    @property
    def inside(self) -> str:
        """The tables of the account that it stands in; empty if it is the account's own."""
        return self.key.rpartition(".")[0]

    @property
    def target(self) -> str:
        """The attribute that takes the value."""
        return self.attribute or self.name

    @property
    def help(self) -> str:
        """The text with the range in it."""
        return self.text.replace("{range}", f"{self.least:g} to {self.most:g}")

    @property
    def offered(self) -> bool:
        """Whether there is anything to put into it."""
        return not self.refusal and (self.type is not FieldType.SOME or bool(self.choices))

    @property
    def default_text(self) -> str:
        """The default as it would be typed."""
        match self.default:
            case bool():
                return ON if self.default else ""
            case int() | float():
                return f"{self.default:g}"
            case tuple():
                return ", ".join(self.default)
            case None:
                return ""
            case _:
                return str(self.default)


ON = "on"
"""How a form shows a flag that holds."""
_OFF = "off"


def from_text(field: Field, typed: str) -> object | None:
    """What goes into the file for what was typed or chosen; None for nothing.

    What is no number stays a text: the reader of the file says what it expects.
    """
    text = typed.strip()
    if field.type is FieldType.FLAG:
        taken = text == ON
        return None if taken == bool(field.default) else taken
    if not text or (text == field.default and field.type is FieldType.ONE):
        return None
    match field.type:
        case FieldType.NUMBER | FieldType.WHOLE:
            return _number(text)
        case FieldType.TEXTS | FieldType.SOME:
            return [part for part in map(str.strip, text.split(",")) if part] or None
        case _:
            return text


def to_text(field: Field, table: Mapping[str, object]) -> str:
    """What the file's `table` holds for the field, as it would be typed; empty if absent."""
    value: object = table
    for name in field.key.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    if value is None:
        return ""
    if value is False:
        return _OFF if field.default else ""
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


def _number(text: str) -> object:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
