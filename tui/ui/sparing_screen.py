"""A screen that repaints little: what changed is painted at once, together, and nothing else is.

Textual 8.2.8 sends every change of a widget through three queues and a timer, and then renders each
widget in the rectangle around all changes. On a screen that changes twice a second, that is most of
what the machine has to do. The names with an underscore are Textual's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeAlias

from rich.console import Console, ConsoleOptions, RenderResult
from rich.control import Control
from textual import events
from textual._compositor import ChopsUpdate, Compositor, CompositorUpdate
from textual.geometry import Offset, Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

Visible = Mapping[Widget, tuple[Region, Region]]
"""Region and clip of each widget, the ones in front first."""


Line: TypeAlias = tuple[Offset, Strip]
"""Part of a line, and where it begins."""


class LinedWidget(Widget):
    """Knows which of its lines have changed, so that they alone can be written anew."""

    def take_lines(self) -> list[Line] | None:
        """The lines of its content that are to be painted, which thereby are; None if it must be
        painted whole. The offsets are those within the widget."""
        raise NotImplementedError


class LinesUpdate(CompositorUpdate):
    """Lines that go to the terminal as they are."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for offset, strip in self.lines:
            yield Control.move_to(*offset).segment
            yield from strip

    def render_segments(self, console: Console) -> str:
        return "".join(
            Control.move_to(*offset).segment.text + strip.render(console)
            for offset, strip in self.lines
        )


class SparingCompositor(Compositor):
    """Renders only widgets of which something can be seen where the screen has changed."""

    def __init__(self) -> None:
        super().__init__()
        self._seen_whole: tuple[Visible, dict[Widget, Offset | None]] = ({}, {})

    def place_of(self, widget: Widget) -> Offset | None:
        """Where the widget stands if it is seen whole, with nothing in front of it."""
        visible, places = self.visible_widgets, self._seen_whole[1]
        if visible is not self._seen_whole[0]:  # made anew with each layout
            places = {}
            self._seen_whole = visible, places
        if widget not in places:
            places[widget] = _place(widget, visible)
        return places[widget]

    def render_partial_update(self) -> ChopsUpdate | None:
        everything = self.visible_widgets
        assert self.cuts is not None  # of all widgets; made from those visible when first asked for
        self._visible_widgets = seen_in(self._dirty_regions, everything)
        try:
            return super().render_partial_update()
        finally:
            self._visible_widgets = everything


def _place(widget: Widget, visible: Visible) -> Offset | None:
    if widget not in visible:
        return None
    place, clip = visible[widget]
    if not clip.contains_region(place):
        return None
    for other, (region, shown) in visible.items():
        if other is widget:
            return place.offset
        if region.intersection(shown).overlaps(place):
            break
    return None


def seen_in(regions: set[Region], visible: Visible) -> dict[Widget, tuple[Region, Region]]:
    """The widgets that show in any of the regions: down to the first that fills it."""
    left = list(regions)
    seen = {}
    for widget, (region, clip) in visible.items():
        shown = region.intersection(clip)
        if any(shown.overlaps(dirty) for dirty in left):
            seen[widget] = (region, clip)
            left = [dirty for dirty in left if not shown.contains_region(dirty)]
            if not left:
                break
    return seen


class SparingScreen(Screen[None]):
    """Paints what is touched within `at_once` at its end, without the usual detours."""

    def __init__(self) -> None:
        super().__init__()
        self._compositor: SparingCompositor = SparingCompositor()
        self._holding = False
        self._styled = False

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """As the screen first comes up, its parts have just been styled as they were put in."""
        event.refresh_styles = self._styled
        self._styled = True

    def touch(self, part: Widget) -> bool:
        """Takes note that `part` is to be repainted; False if that must go the usual way."""
        if not self._holding or not part.display or part not in self._compositor.visible_widgets:
            return False
        self._dirty_widgets.add(part)
        return True

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Around changes that belong together."""
        if self._holding:
            yield
            return
        self._holding = True
        try:
            yield
        finally:
            self._holding = False
            if self._dirty_widgets:
                self._write_lines()
            if self._dirty_widgets:
                self._on_timer_update()

    def _write_lines(self) -> None:
        """Writes what has changed in lines that are seen whole, past the compositor."""
        app = self.app
        laid_out = not (self._layout_required or self._scroll_required or self._repaint_required)
        if not (laid_out and self.is_current) or app.is_inline or app._batch_count:
            return
        written: list[Line] = []
        for widget in [one for one in self._dirty_widgets if isinstance(one, LinedWidget)]:
            place = self._compositor.place_of(widget)
            lines = widget.take_lines() if place is not None else None
            if place is not None and lines is not None:
                self._dirty_widgets.discard(widget)
                written += [(place + offset, strip) for offset, strip in lines]
        if written:
            app._display(self, LinesUpdate(written))
