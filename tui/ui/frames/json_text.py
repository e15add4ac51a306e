"""The JSON of a frame, found in its text and laid out without changing a character."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_STRING = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_NUMBER = r"(?P<number>-?\d[\d.eE+-]*|\b(?:true|false|null)\b)"
_TOKEN = re.compile(rf"(?P<string>{_STRING}?)|{_NUMBER}|(?P<mark>[\[\]{{}},:])")
_RUN = re.compile(
    rf"(?P<key>{_STRING}\s*:)|(?P<string>{_STRING}?)|{_NUMBER}|(?P<mark>[\[\]{{}},:\s]+)"
)
_JSON_START = re.compile(r"(?:^|(?<=\s))[\[{]")
_DEEPEST = 24
_CUT = "…"


class Span(NamedTuple):
    """A part of a text and what it is: `key`, `string`, `number` or `mark`."""

    start: int
    end: int
    kind: str


def json_start(text: str) -> int | None:
    """Where the JSON of a payload begins: at once, or after a REST line's method or status."""
    found = _JSON_START.search(text)
    return found.start() if found else None


def spans(text: str, start: int = 0) -> Iterator[Span]:
    """The parts of JSON in `text`, whole or cut off, to be coloured; other text is left out.

    As few as can be, for every part has its price on the screen: a colon goes with its key.
    """
    return _found(_RUN, text, start)


def _found(pattern: re.Pattern[str], text: str, start: int = 0) -> Iterator[Span]:
    for found in pattern.finditer(text, start):
        yield Span(found.start(), found.end(), found.lastgroup or "mark")


def pretty(text: str) -> tuple[str, ...] | None:
    """JSON laid out in lines; None when `text` is not JSON.

    The tokens stay as they were sent, `1.10` and repeated keys included; only the space between
    them changes. A payload that was cut short is laid out as far as it goes.
    """
    cut = text.endswith(_CUT)
    body = text[:-1] if cut else text
    tokens: list[Span] = []
    end = 0
    for span in _found(_TOKEN, body):
        if body[end : span.start].strip():
            return None
        tokens.append(span)
        end = span.end
    if not tokens or body[0] not in "[{" or (body[end:].strip() and not cut):
        return None
    if not cut and not _balanced(body, tokens):
        return None
    lines = _laid_out(body, tokens)
    return (*lines, _CUT) if cut else tuple(lines)


def _balanced(text: str, tokens: list[Span]) -> bool:
    """Whether every bracket closes, and nothing follows the last one."""
    closing: list[str] = []
    for number, token in enumerate(tokens):
        char = text[token.start]
        if token.kind == "mark" and char in "[{":
            closing.append("]" if char == "[" else "}")
        elif token.kind == "mark" and char in "]}":
            if closing.pop() != char:
                return False
            if not closing:
                return number == len(tokens) - 1
    return False


def _laid_out(text: str, tokens: list[Span]) -> list[str]:
    lines: list[str] = []
    line, depth = "", 0
    for number, token in enumerate(tokens):
        part = text[token.start : token.end]
        before = tokens[number - 1] if number else None
        opened = before is not None and before.kind == "mark" and text[before.start] in "[{"
        if token.kind == "mark" and part in "]}":
            depth = max(0, depth - 1)
            if not opened:
                lines.append(line)
                line = _indent(depth)
            line += part
        else:
            if opened:
                lines.append(line)
                line = _indent(depth)
            if token.kind == "mark" and part in "[{":
                depth += 1
            line += f"{part} " if part == ":" else part
        if part == "," and token.kind == "mark":
            lines.append(line)
            line = _indent(depth)
    return [*lines, line]


def _indent(depth: int) -> str:
    return "  " * min(depth, _DEEPEST)
