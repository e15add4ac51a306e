"""Secrets that will not print, and their removal from everything that is kept or shown."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

HIDDEN = "***"
_SHORTEST = 4
_PREPARED = 32
_MANY = 150
"""First letters to look for one by one: of more, what stands in the text is looked up instead, so
that a desk of hundreds of accounts takes no longer over a message than one of thirty."""
_PERCENT = re.compile("%..")
_NAMED = re.compile(
    r"""(?aisx)
    ( \b (?= [spao] )                         # the first letters of the names, which is cheap
      (?: (?<=\s) (?P<word>) | (?<!\s) )      # a word of a sentence: "Invalid Sign", "code"
      (?: signature | sign | passphrase | password | secret | secret[_-]?key | api[_-]?key
      | accesskeyid | (?:ok-)? access-(?:key|sign|passphrase) ) \b
      (?: \\* ["'] )?                         # the name's own quote, however deeply escaped
      \s* (?: [=:] | (?(word) (?!) | (?<=["']) ,) ) \s* )  # JSON, query, header; a Python pair
    (?: (?P<open> b? (?P<quote> \\*["']) )    # to the same quote, or to a cut-off end
        (?: (?! (?<!\\) (?P=quote) ) . )*
      | [^\s"'&,;}\]\\]+ )
    """
)
"""A field that is secret by its name, wherever it is written: inside JSON inside JSON, too."""


_STEMS = ("sign", "pass", "secret", "key")
"""Every such name has one of them; a plain search for them is far cheaper than the pattern."""


class Secret:
    """A value that shows as `***` wherever it is printed, formatted or pickled by accident.

    `reveal()` is the one way to the value; call it where it is signed or sent, nowhere else.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return HIDDEN

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return HIDDEN

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written anywhere")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signs for one account. `passphrase` is absent where the venue has none (HTX)."""

    api_key: Secret
    secret_key: Secret
    passphrase: Secret | None = None

    def values(self) -> tuple[str, ...]:
        """Every value in the clear, for the redactor alone."""
        parts = (self.api_key, self.secret_key, self.passphrase)
        return tuple(part.reveal() for part in parts if part)


_BETWEEN = "\0"
"""Parts the texts of a message, which are looked through in one go."""


class Redactor:
    """Takes known secrets out of text: by value in every encoding, and by key name."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._forms: dict[str, frozenset[str]] = {}
        """By their first letters, which most texts do not have; looking for those is cheap."""
        self._prepared: dict[tuple[str, ...], frozenset[str]] = {}
        """Of the last few messages' hidden values."""
        self.learn(values)

    def learn(self, values: Iterable[str]) -> None:
        """Adds values to be taken out from now on."""
        for form in _all_forms(values):
            head = form[:_SHORTEST]
            self._forms[head] = self._forms.get(head, frozenset()) | {form}

    def redact(self, text: str, hidden: Iterable[str] = ()) -> str:
        """`text` without the learned values, this message's `hidden` ones, and named fields."""
        return self.redact_all((text,), hidden)[0]

    def redact_all(self, texts: Iterable[str], hidden: Iterable[str] = ()) -> list[str]:
        """Each of the texts of one message; its hidden values are prepared once for all."""
        values = tuple(hidden)
        forms = self._prepared.get(values)
        if forms is None:  # an answer has those of its request, which came shortly before
            if len(self._prepared) >= _PREPARED:
                self._prepared.clear()
            forms = self._prepared[values] = _all_forms(values)
        parts = list(texts)
        together = _BETWEEN.join(parts)
        if together.count(_BETWEEN) == len(parts) - 1:
            redacted = self._redact(together, forms).split(_BETWEEN)
            if len(redacted) == len(parts):
                return redacted
        # A text holds what parts them here, or something secret goes on beyond its end.
        return [self._redact(text, forms) for text in parts]

    def _redact(self, text: str, hidden: frozenset[str]) -> str:
        found = [form for form in hidden if form in text]
        for head in self._heads(text):
            found += [form for form in self._forms[head] if form in text]
        if found:
            text = _masked(found, text)
        lower = text.lower()
        if any(stem in lower for stem in _STEMS):
            text = _NAMED.sub(_hide_named, text)
        return text

    def _heads(self, text: str) -> Iterable[str]:
        """The first letters of learned values that stand in `text`."""
        heads = self._forms.keys()
        if len(heads) < _MANY:
            return [head for head in heads if head in text]
        last = len(text) - _SHORTEST
        return heads & {text[at : at + _SHORTEST] for at in range(last + 1)}


def encoded_forms(value: str) -> frozenset[str]:
    """The spellings under which `value` can cross a wire; none for one too short to be a secret."""
    if len(value) < _SHORTEST:
        return frozenset()
    raw = value.encode()
    encoded = base64.b64encode(raw).decode()
    in_json = json.dumps(value)[1:-1]
    in_url = (quote(value, safe=""), quote(value), quote_plus(value), quote(encoded, safe=""))
    return frozenset(
        {
            value,
            in_json,
            json.dumps(value, ensure_ascii=False)[1:-1],
            json.dumps(in_json)[1:-1],
            repr(value)[1:-1],
            *in_url,
            *(_PERCENT.sub(lambda code: code[0].lower(), form) for form in in_url),
            encoded,
            encoded.rstrip("="),
            base64.urlsafe_b64encode(raw).decode().rstrip("="),
            raw.hex(),
            raw.hex().upper(),
        }
    )


def _all_forms(values: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*map(encoded_forms, values))


def _masked(forms: Iterable[str], text: str) -> str:
    """`text` without `forms`; where they overlap, without all of them."""
    kept: list[str] = []
    end = start = stop = 0
    for next_start, next_stop in sorted(span for form in forms for span in _spans(form, text)):
        if next_start < stop:
            stop = max(stop, next_stop)
            continue
        if stop:
            kept += (text[end:start], HIDDEN)
            end = stop
        start, stop = next_start, next_stop
    return "".join((*kept, text[end:start], HIDDEN, text[stop:]) if stop else (text,))


def _spans(form: str, text: str) -> Iterator[tuple[int, int]]:
    """Wherever `form` stands in `text`."""
    start = text.find(form)
    while start >= 0:
        yield start, start + len(form)
        start = text.find(form, start + 1)


def _hide_named(match: re.Match[str]) -> str:
    return f"{match[1]}{match['open'] or ''}{HIDDEN}"
