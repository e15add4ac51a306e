"""A screen that repaints little: what changed is painted at once, together, and nothing else is.

Textual 8.2.8 sends every change of a widget through three queues and a timer, and then renders each
widget in the rectangle around all changes. On a screen that changes twice a second, that is most of
what the machine has to do. The names with an underscore are Textual's own.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Self, TypeAlias

from textual import events
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._compositor import ChopsUpdate, Compositor
from textual.dom import NoScreen
from textual.filter import ANSIToTruecolor
from textual.geometry import Region, Size
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

Visible = Mapping[Widget, tuple[Region, Region]]
"""Region and clip of each widget, the ones in front first."""


Line: TypeAlias = tuple[int, Strip]
"""A line of a widget's content, counted from its first."""


class SparingWidget(Widget):
    """Repainted by its screen, by the lines that have changed alone where that can be."""

    _home: SparingScreen | None = None

    @property
    def home(self) -> SparingScreen | None:
        """Its screen, if it is a sparing one; looked for once, as no widget changes its screen."""
        if self._home is None:
            with suppress(NoScreen):
                screen = self.screen
                self._home = screen if isinstance(screen, SparingScreen) else None
        return self._home

    @property
    def content_size(self) -> Size:
        seen = self.home.seen(self) if self.home is not None else None
        return super().content_size if seen is None else seen.shrink(self.styles.gutter).size

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> Self:
        if repaint and not (layout or recompose) and self._touched():
            self._layout_cache.clear()  # it holds the drawing too
            self._rich_style_cache.clear()
            self._set_dirty(*regions)
            return self
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def changed_lines(self) -> Sequence[Line] | None:
        """The lines that are to be painted anew; None if it has to be painted whole."""
        raise NotImplementedError

    def take_lines(self) -> list[Line] | None:
        """The same as they go to the terminal, for somebody who paints them."""
        changed = self.changed_lines() if not self.styles.tint.a else None
        if changed is None:
            return None
        if self._repaint_regions:
            top = self.content_offset.y
            rows = {top + y for y, _ in changed}
            if not all(rows.issuperset(region.line_range) for region in self._repaint_regions):
                return None  # something else of it waits to be painted
            self._repaint_regions.clear()
        filters = [one for one in self.get_line_filters() if not isinstance(one, ANSIToTruecolor)]
        if not filters:
            return list(changed)  # nothing here is in the terminal's own colours
        _, ground = self.background_colors
        lines = []
        for y, strip in changed:
            for line_filter in filters:
                strip = strip.apply_filter(line_filter, ground)
            lines.append((y, strip))
        return lines

    def _touched(self) -> bool:
        return self.home is not None and self.home.touch(self)


class SparingCompositor(Compositor):
    """Renders only widgets of which something can be seen where the screen has changed."""

    def __init__(self) -> None:
        super().__init__()
        self._places: tuple[Visible, dict[Widget, Region | None]] = ({}, {})

    def place_of(self, widget: Widget) -> Region | None:
        """Where the content of the widget stands, if it is seen whole with nothing before it."""
        visible, places = self.visible_widgets, self._places[1]
        if visible is not self._places[0]:  # made anew with each layout
            places = {}
            self._places = visible, places
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


def _place(widget: Widget, visible: Visible) -> Region | None:
    if widget not in visible:
        return None
    place, (_, clip) = widget.scrollable_content_region, visible[widget]
    for other, (region, shown) in visible.items():
        if other is widget:
            return place if clip.contains_region(place) else None
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

    def seen(self, part: Widget) -> Region | None:
        """Where `part` stands, as far as anything of it is seen."""
        place = self._compositor.visible_widgets.get(part)
        return place[0] if place is not None else None

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
        if app.screen is not self or not laid_out or app.is_inline or app._batch_count:
            return
        if sys.platform == "win32":
            return  # its terminal takes no large writes (cpython#82052), which Textual knows
        written = ""
        for widget in [one for one in self._dirty_widgets if isinstance(one, SparingWidget)]:
            place = self._compositor.place_of(widget)
            lines = widget.take_lines() if place is not None else None
            if place is not None and lines is not None:
                self._dirty_widgets.discard(widget)
                for y, strip in lines:
                    written += _to(place.x, place.y + y) + strip.render(app.console)
        if written:
            self.write(written)

    def write(self, written: str) -> None:
        """To the terminal in one piece, which it shows at once; the cursor stays where it was."""
        app, driver = self.app, self.app._driver
        if driver is None or app.is_headless or not app._running or app._closed:
            return
        x, y = self.outer_size.clamp_offset(app.cursor_position)
        whole = written + _to(x, y)
        driver.write(f"{SYNC_START}{whole}{SYNC_END}" if app._sync_available else whole)
        driver.flush()


def _to(x: int, y: int) -> str:
    """Puts the cursor there; terminals count from one."""
    return f"\x1b[{y + 1};{x + 1}H"
