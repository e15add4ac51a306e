"""The inks: names for colours, and how a widget of its own drawing turns them into styles."""

from __future__ import annotations

from textual.content import Content, Span
from textual.style import Style
from textual.widget import Widget

INKS = frozenset(
    f"ink--{name}"
    for name in (
        "good",
        "careful",
        "bad",
        "alarm",
        "caution",
        "quiet",
        "faint",
        "strong",
        "text",
        "figure",
        "live",
        "demo",
        "paper",
        "mark",
        "track",
    )
)
"""Component classes of every widget that draws with inks."""

INK_CSS = """
& > .ink--good { color: $killdesk-good; text-style: bold; }
& > .ink--careful { color: $killdesk-careful; text-style: bold; }
& > .ink--bad { color: $killdesk-bad; text-style: bold; }
& > .ink--alarm { color: $killdesk-on-alarm; background: $killdesk-alarm; text-style: bold; }
& > .ink--caution {
    color: $killdesk-on-careful; background: $killdesk-careful; text-style: bold;
}
& > .ink--quiet { color: $killdesk-quiet; }
& > .ink--faint { color: $killdesk-faint; }
& > .ink--strong { color: $killdesk-strong; text-style: bold; }
& > .ink--text { color: $foreground; }
& > .ink--figure { color: $killdesk-figure; }
& > .ink--live { color: $killdesk-on-live; background: $killdesk-live; text-style: bold; }
& > .ink--demo { color: $killdesk-demo; text-style: bold; }
& > .ink--paper { color: $killdesk-paper; text-style: bold; }
& > .ink--mark { color: $killdesk-on-mark; background: $killdesk-mark; text-style: bold; }
& > .ink--track { color: $killdesk-track; }
"""
"""Their rules, to stand within the rules of such a widget."""


def inked(widget: Widget, content: Content) -> Content:
    """The names of the inks replaced by their styles.

    Textual 8.2.8 would look them up itself, but it loses opaque backgrounds on the way.
    """
    return Content(
        content.plain,
        [Span(span.start, span.end, _style(widget, span.style)) for span in content.spans],
    )


def _style(widget: Widget, style: Style | str) -> Style:
    if isinstance(style, Style):
        return style
    rules = widget.get_component_styles(style.removeprefix("."))
    return Style(
        background=rules.background if rules.has_rule("background") else None,
        foreground=rules.color if rules.has_rule("color") else None,
        bold=rules.text_style.bold or None,
    )
