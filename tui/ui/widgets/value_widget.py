"""The base of every drawn part: text goes in as `Content`, and an error stays in the part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeAlias, TypeVar

from textual.content import Content, Span
from textual.geometry import Region, Size
from textual.reactive import Reactive
from textual.widget import Widget

from tui.ui.widgets.status import StatusLabel
from tui.ui.widgets.styles import inked

S = TypeVar("S")

Drawing: TypeAlias = Content | tuple[Content, ...]
"""Lines from the top; line ends part them too."""


def styled(text: str, style: str = "") -> Content:
    """`text` in one ink. Nothing in it is ever read as markup."""
    return Content.styled(text, style) if style else Content(text)


def badge(sign: StatusLabel) -> Content:
    """A state's glyph and word; a loud one stands on a ground of its own."""
    loud = sign.ink in {".ink--alarm", ".ink--caution"}
    return styled(f" {sign} " if loud else str(sign), sign.ink)


def row(*parts: Content, gap: str = "  ") -> Content:
    """The parts that are not empty, with a gap between."""
    return _joined([part for part in parts if part.plain], gap)


def lines(*parts: Content) -> tuple[Content, ...]:
    """One part to a line."""
    return parts


def _joined(parts: Sequence[Content], gap: str) -> Content:
    """As `Content.join` does it, for what is drawn each second."""
    if len(parts) == 1:
        return parts[0]
    spans: list[Span] = []
    at = 0
    for part in parts:
        spans += [Span(at + start, at + end, style) for start, end, style in part.spans]
        at += len(part.plain) + len(gap)
    return Content(gap.join([part.plain for part in parts]), spans, strip_control_codes=False)


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


class ValueWidget(Widget, Generic[S]):
    """A part of the screen that is drawn from one immutable value, and redrawn when it changes.

    One venue's trouble stays in its panel: whatever goes wrong while drawing is said in the place
    of the drawing.
    """

    ALLOW_SELECT = False
    auto_links = Reactive(False)
    """Nothing drawn here is a link, and to look for some costs a fifth of each painting."""

    DEFAULT_CSS = """
    ValueWidget {
        height: 1;
        text-wrap: nowrap;
        text-overflow: ellipsis;
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes, markup=False)
        self.value: S | None = None
        self._drawn: tuple[Content, ...] = ()
        """Line by line, as it was painted last."""
        self._drawn_on = Size(0, 0)

    def put(self, value: S) -> None:
        """Shows `value`; nothing is redrawn when it looks like the one shown already."""
        if value != self.value:
            self.value = value
            self.repaint()

    def repaint(self) -> None:
        """Draws the value, and refreshes the lines that look different from before."""
        size = self.content_size
        if self.is_mounted and not size:
            return  # it has no place, and is drawn when it gets one
        before, drawn_on = self._drawn, self._drawn_on
        if not size.width or drawn_on != size or not self._plain_lines:
            self.refresh()
            return
        drawn = self._draw(size)
        if len(before) != len(drawn):
            self.refresh()
            return
        pairs = enumerate(zip(before, drawn, strict=True))
        changed = [Region(0, y, size.width, 1) for y, (old, new) in pairs if not old.is_same(new)]
        if changed:
            self.refresh(*changed)

    def paint(self, value: S, width: int, height: int) -> Drawing:
        """The drawing of `value` on so many cells."""
        raise NotImplementedError

    def render(self) -> Content:
        return inked(self, _joined(self._draw(self.content_size), "\n"))

    @property
    def _plain_lines(self) -> bool:
        """Whether the lines of the drawing are those of the widget."""
        return self.styles.content_align_vertical == "top" and self.styles.text_wrap == "nowrap"

    def _draw(self, size: Size) -> tuple[Content, ...]:
        if self.value is None:
            drawn: Drawing = Content()
        else:
            try:
                drawn = self.paint(self.value, size.width, size.height)
            except Exception as error:  # noqa: BLE001  one part that cannot be drawn must not end the desk
                drawn = styled(f"✕ cannot be drawn: {type(error).__name__}", ".ink--bad")
        if isinstance(drawn, Content):
            drawn = (drawn,)
        if any("\n" in line.plain for line in drawn):
            drawn = tuple(_joined(drawn, "\n").split("\n"))
        self._drawn, self._drawn_on = drawn, size
        return drawn
