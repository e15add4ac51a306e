"""The base of every drawn part: text goes in as `Content`, and an error stays in the part."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from textual.content import Content
from textual.widget import Widget

from tui.ui.inks import INK_CSS, INKS, inked
from tui.ui.words import Sign

S = TypeVar("S")


def ink(text: str, style: str = "") -> Content:
    """`text` in one ink. Nothing in it is ever read as markup."""
    return Content.styled(text, style) if style else Content(text)


def badge(sign: Sign) -> Content:
    """A state's glyph and word; a loud one stands on a ground of its own."""
    loud = sign.ink in {".ink--alarm", ".ink--caution"}
    return ink(f" {sign} " if loud else str(sign), sign.ink)


def row(*parts: Content, gap: str = "  ") -> Content:
    """The parts that are not empty, with a gap between."""
    return Content(gap).join([part for part in parts if part.plain])


def lines(*parts: Content) -> Content:
    """One part to a line."""
    return Content("\n").join(parts)


def ends(left: Content, right: Content, width: int) -> Content:
    """`left` and `right` at the two ends of a line; `left` gives way."""
    room = max(0, width - right.cell_length - 1)
    fitted = left.truncate(room, ellipsis=True)
    space = max(0, width - fitted.cell_length - right.cell_length)
    return Content.assemble(fitted, " " * space, right)


def first_fitting(width: int, *variants: Content) -> Content:
    """The first variant that fits, else the last one cut to `width`."""
    for variant in variants:
        if variant.cell_length <= width:
            return variant
    return variants[-1].truncate(max(0, width), ellipsis=True)


class Painted(Widget, Generic[S]):
    """A part of the screen that is drawn from one immutable value, and redrawn when it changes.

    One venue's trouble stays in its panel: whatever goes wrong while drawing is said in the place
    of the drawing.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = set(INKS)

    DEFAULT_CSS = f"""
    Painted {{
        height: 1;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        {INK_CSS}
    }}
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes, markup=False)
        self.value: S | None = None

    def put(self, value: S) -> None:
        """Shows `value`; nothing is redrawn when it is the one shown already."""
        if value != self.value:
            self.value = value
            self.refresh()

    def paint(self, value: S, width: int, height: int) -> Content:
        """The drawing of `value` on so many cells."""
        raise NotImplementedError

    def render(self) -> Content:
        if self.value is None:
            return Content()
        try:
            drawn = self.paint(self.value, self.content_size.width, self.content_size.height)
            return inked(self, drawn)
        except Exception as error:  # noqa: BLE001  one part that cannot be drawn must not end the desk
            return inked(self, ink(f"✕ cannot be drawn: {type(error).__name__}", ".ink--bad"))
