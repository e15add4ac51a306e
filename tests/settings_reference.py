"""The table of settings in the README, made of the schema; run as a module, this writes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from tui.service.settings.field_types import Field, FieldType
from tui.service.settings.fields import PLAIN_FIELDS, account_fields
from tui.venues import VENUES

README = Path(__file__).resolve().parent.parent / "README.md"
BEGIN = "<!-- settings: written by `python -m tests.settings_reference` -->\n\n"
END = "\n<!-- end of settings -->\n"


def table() -> str:
    """The table in Markdown, a row for each key."""
    lines = ["| key | takes | default | |", "| --- | --- | --- | --- |"]
    lines += (_row(f"{field.table}.{field.key}", {"": field}) for field in PLAIN_FIELDS)
    specs = [venue.spec for venue in VENUES.values()]
    for fields in zip(*(account_fields(one, timers=one.timers) for one in specs), strict=True):
        offered = zip(specs, fields, strict=True)
        found = {spec.title: field for spec, field in offered if field.offered}
        lines.append(_row(f"accounts.{fields[0].key}", found))
    return "\n".join(lines) + "\n"


def shown_in(readme: str) -> str:
    """The table as the README has it."""
    return readme.partition(BEGIN)[2].partition(END)[0]


def _row(key: str, fields: Mapping[str, Field]) -> str:
    """`fields` by the titles of the venues that have the key; without a title for every venue."""
    takes = _by_venue(fields, lambda _, field: _takes(field))
    default = _by_venue(fields, lambda _, field: _default(field))
    return f"| `{key}` | {takes} | {default} | {_by_venue(fields, _does)} |"


def _by_venue(fields: Mapping[str, Field], text_of: Callable[[str, Field], str]) -> str:
    """What `text_of` says of each; venues of which it says the same stand together."""
    titles: dict[str, list[str]] = {}
    for title, field in fields.items():
        titles.setdefault(text_of(title, field), []).append(title)
    if len(titles) == 1 and len(fields) in (1 if "" in fields else 0, len(VENUES)):
        return next(iter(titles))
    return "; ".join(f"{', '.join(who)}: {text}" for text, who in titles.items() if text)


def _takes(field: Field) -> str:
    match field.type:
        case FieldType.NUMBER:
            return f"{field.least:g} to {field.most:g}"
        case FieldType.WHOLE:
            return f"whole, {field.least:g} to {field.most:.0f}"
        case FieldType.FLAG:
            return "`true`, `false`"
        case FieldType.ONE:
            return ", ".join(map(_code, field.choices))
        case FieldType.SOME:
            return f"list of {', '.join(map(_code, field.choices))}"
        case FieldType.TEXTS:
            return "list of texts"
        case FieldType.TEXT:
            return "text"


def _default(field: Field) -> str:
    if field.type is FieldType.FLAG:
        return _code(str(field.default).lower())
    return _code(field.default_text)


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _does(title: str, field: Field) -> str:
    text = field.text.replace(": {range}", "")
    return text.replace(f"{title}'s", "the venue's") if title else text


if __name__ == "__main__":
    text = README.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    README.write_text(before + BEGIN + table() + END + rest.partition(END)[2], encoding="utf-8")
