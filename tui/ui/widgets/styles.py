"""The inks: names for colours, and how a widget of its own drawing turns them into styles."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from weakref import WeakKeyDictionary

from rich.style import Style as RichStyle
from textual.app import App
from textual.color import Color
from textual.content import Content, Span
from textual.style import Style
from textual.widget import Widget

_INKS: Mapping[str, tuple[str, str | None, bool]] = {
    "good": ("killdesk-good", None, True),
    "careful": ("killdesk-careful", None, True),
    "bad": ("killdesk-bad", None, True),
    "alarm": ("killdesk-on-alarm", "killdesk-alarm", True),
    "caution": ("killdesk-on-careful", "killdesk-careful", True),
    "quiet": ("killdesk-quiet", None, False),
    "faint": ("killdesk-faint", None, False),
    "strong": ("killdesk-strong", None, True),
    "text": ("foreground", None, False),
    "figure": ("killdesk-figure", None, False),
    "live": ("killdesk-on-live", "killdesk-live", True),
    "demo": ("killdesk-demo", None, True),
    "paper": ("killdesk-paper", None, True),
    "mark": ("killdesk-on-mark", "killdesk-mark", True),
    "track": ("killdesk-track", None, False),
}
"""Of each the theme's colour, that of its ground if it has one, and whether it is bold."""
_known: WeakKeyDictionary[App[object], tuple[Mapping[str, str], dict[str, Style]]] = (
    WeakKeyDictionary()
)


def inked(widget: Widget, content: Content) -> Content:
    """The names of the inks replaced by their styles.

    They are no component classes: each would be a node of its own in every part of the screen, to
    be styled at the start and with each theme, and Textual 8.2.8 loses their opaque backgrounds.
    """
    styles = styles_of(widget)
    return Content(
        content.plain,
        [
            Span(span.start, span.end, span.style if isinstance(span.style, Style)
                 else styles[span.style])
            for span in content.spans
        ],
    )  # fmt: skip


def colour_of(widget: Widget, name: str) -> Color:
    """The colour of an ink, for what draws without `Content`."""
    colour = styles_of(widget)[f".ink--{name}"].foreground
    assert colour is not None  # every ink has one
    return colour


def rich_style(widget: Widget, name: str, how: str = "", share: float = 1.0) -> RichStyle:
    """A colour of the theme, for what draws with Rich; `how` is `bold`, `italic` and the like.
    Of a `share` below 1 the ground of the widget shines through."""
    return _rich(widget.app.theme_variables[name], how, share, widget.background_colors[1])


@lru_cache(maxsize=256)
def _rich(colour: str, how: str, share: float, ground: Color) -> RichStyle:
    shown = ground + Color.parse(colour).with_alpha(share)
    return RichStyle.parse(how) + RichStyle(color=shown.rich_color)


def styles_of(widget: Widget) -> Mapping[str, Style]:
    """By name as in `.ink--good`, in the colours of the theme that is chosen now."""
    app = widget.app
    known = _known.get(app)
    if known is None or known[0] is not app.theme_variables:
        colours = app.theme_variables
        styles = {
            f".ink--{name}": Style(
                background=Color.parse(colours[ground]) if ground else None,
                foreground=Color.parse(colours[ink]),
                bold=bold or None,
            )
            for name, (ink, ground, bold) in _INKS.items()
        }
        known = _known[app] = (colours, styles)
    return known[1]
