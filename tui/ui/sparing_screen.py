"""A screen that repaints little: what changed is painted at once, together, and nothing else is.

Textual 8.2.8 sends every change of a widget through three queues and a timer, and then renders each
widget in the rectangle around all changes. On a screen that changes twice a second, that is most of
what the machine has to do. The names with an underscore are Textual's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from textual import events
from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget

Visible = Mapping[Widget, tuple[Region, Region]]
"""Region and clip of each widget, the ones in front first."""


class SparingCompositor(Compositor):
    """Renders only widgets of which something can be seen where the screen has changed."""

    def render_partial_update(self) -> ChopsUpdate | None:
        everything = self.visible_widgets
        assert self.cuts is not None  # of all widgets; made from those visible when first asked for
        self._visible_widgets = seen_in(self._dirty_regions, everything)
        try:
            return super().render_partial_update()
        finally:
            self._visible_widgets = everything


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
        self._compositor = SparingCompositor()
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
                self._on_timer_update()
