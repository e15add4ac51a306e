"""Payloads in parts, each with the name of its ink; what a reader looks for is lit in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from tui.ui.frames.json_text import spans

Highlight = tuple[str, str]
"""A text in lower case, and the ink it is lit with."""


def lit_words(words: Iterable[str], sought: str) -> tuple[Highlight, ...]:
    """The words of a filter, and above them the text of a search."""
    lit = [(word, "match") for word in words]
    return (*lit, (sought.lower(), "found")) if sought else tuple(lit)


def json_inked(text: str, start: int, rest: str) -> list[tuple[str, str]]:
    """The parts of JSON from `start` on; what is none has the ink `rest`."""
    parts: list[tuple[str, str]] = []
    at = 0
    for begin, end, kind in spans(text, start):
        if begin > at:
            parts.append((text[at:begin], rest))
        parts.append((text[begin:end], kind))
        at = end
    if at < len(text):
        parts.append((text[at:], rest))
    return parts


def highlight_matches(
    parts: Sequence[tuple[str, str]], text: str, lit: Iterable[Highlight]
) -> list[tuple[str, str]]:
    """The same parts with what is looked for in an ink of its own."""
    lowered = text.lower()
    if len(lowered) != len(text):
        return list(parts)
    inks = [ink for part, ink in parts for _ in part]
    for word, ink in lit:
        found = lowered.find(word)
        while found >= 0:
            inks[found : found + len(word)] = [ink] * len(word)
            found = lowered.find(word, found + len(word))
    again: list[tuple[str, str]] = []
    at = 0
    for ink, run in groupby(inks):
        length = len(list(run))
        again.append((text[at : at + length], ink))
        at += length
    return again
