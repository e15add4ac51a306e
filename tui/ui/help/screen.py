"""The help as a screen: it is searched, scrolled, and opens above every dialog."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import ModalScreen, Screen
from textual.types import CSSPathType
from textual.widgets import Input

from tui.core.desk import DeskView
from tui.ui.app.style_files import styles
from tui.ui.dialogs.dialog import KeysLine
from tui.ui.help.text import Line, Section, parts
from tui.ui.keys.keymap import panic_in_field
from tui.ui.widgets.value_widget import ValueWidget, styled


class HelpPart(ValueWidget[tuple[str, tuple[Line, ...]]]):
    """A heading and its lines."""

    DEFAULT_CSS = "HelpPart { height: auto; margin-bottom: 1; text-wrap: wrap; }"

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        return self.drawn(width).plain.count("\n") + 1

    def paint(self, value: tuple[str, tuple[Line, ...]], width: int, height: int) -> Content:
        return self.drawn(width)

    def drawn(self, width: int) -> Content:
        """The part, with what things mean wrapped beside the words."""
        if self.value is None:
            return Content()
        heading, entries = self.value
        edge = max((len(word) for (word, _), _ in entries), default=0) + 3
        result = [styled(heading.upper(), ".ink--strong")]
        for (word, style), meaning in entries:
            wrapped = styled(meaning, ".ink--quiet").wrap(max(12, width - edge - 1))
            for index, part in enumerate(wrapped):
                first = styled(word, style) if index == 0 else Content()
                pad = " " * (edge - first.cell_length)
                result.append(Content.assemble(first, pad, part))
        return Content("\n").join(result)


class HelpScreen(ModalScreen[None]):
    """All that the screen understands and says, from the same data that it runs on.

    `here` are the keys of the screen that it was asked on, where that is not the dashboard.
    """

    CSS_PATH: ClassVar[CSSPathType | None] = styles("help/screen.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "close", id="help.back"),
        Binding("q,question_mark,f1", "dismiss(None)", "close", id="help.close"),
        Binding("slash,ctrl+f", "find", "find", id="help.find"),
        Binding("tab", "section(1)", "next section", id="help.next"),
        Binding("shift+tab", "section(-1)", "section before", id="help.previous"),
    ]
    KEYS: ClassVar[str] = "tab next section   / find   ↑ ↓ scroll   esc close"

    def __init__(self, view: DeskView, here: tuple[Line, ...] = ()) -> None:
        super().__init__()
        mine = (("keys here", here),) if here else ()
        self._said = (*mine, *self.sections(view))
        self._parts = [HelpPart() for _ in self._said]
        hint = f"words to find   esc clears   {panic_in_field()}"
        self._find = Input(id="find", placeholder=hint)
        self._scroll = VerticalScroll(*self._parts, id="parts")
        self._keys = KeysLine(id="keys")

    def sections(self, view: DeskView) -> Iterable[Section]:
        """What is told, part by part."""
        return parts(view.accounts)

    def compose(self) -> ComposeResult:
        with Vertical(id="help"):
            yield self._find
            yield self._scroll
            yield self._keys

    def on_mount(self) -> None:
        self._find.display = False
        self._keys.put(self.KEYS)
        self._show("")
        self._scroll.focus()

    @property
    def text(self) -> str:
        """All that is shown, what is out of sight too."""
        return "\n".join(part.drawn(200).plain for part in self._parts if part.display)

    def action_find(self) -> None:
        """Narrows the help to the lines that hold the words typed."""
        self._find.display = True
        self._find.focus()

    def action_back(self) -> None:
        """Takes the search away first, then closes."""
        if self._find.display:
            self._find.value = ""
            self._find.display = False
            self._scroll.focus()
        else:
            self.dismiss(None)

    def action_section(self, by: int) -> None:
        """Goes to the next section from the one at the top."""
        shown = [part for part in self._parts if part.display]
        tops = [part.virtual_region.y for part in shown]
        at = self._scroll.scroll_offset.y
        there = [y for y in tops if (y > at if by > 0 else y < at)]
        if there:
            y = min(there) if by > 0 else max(there)
            self._scroll.scroll_to(y=y, animate=False)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._show(event.value)

    @on(Input.Submitted)
    def _typed_out(self, event: Input.Submitted) -> None:
        event.stop()
        self._scroll.focus()

    def _show(self, words: str) -> None:
        wanted = words.casefold().split()
        for part, (heading, entries) in zip(self._parts, self._said, strict=True):
            held = tuple(line for line in entries if _holds(heading, line, wanted))
            part.put((heading, held))
            part.display = bool(held)
            part.refresh(layout=True)
        self._scroll.scroll_home(animate=False)


def _holds(heading: str, line: Line, wanted: list[str]) -> bool:
    (word, _), meaning = line
    text = f"{heading} {word} {meaning}".casefold()
    return all(each in text for each in wanted)


def keys_of(screen: Screen[object]) -> tuple[Line, ...]:
    """The keys that a screen understands by itself, for the help that is asked on it.

    What every Textual widget understands (scrolling, copying a selection) is left out.
    """
    found: dict[str, list[str]] = {}
    own_first = sorted(screen.active_bindings.values(), key=lambda one: one.node is not screen)
    for active in own_first:
        if active.node is screen.app or active.binding.action not in _own_actions(active.node):
            continue
        key = screen.app.get_key_display(active.binding)
        keys = found.setdefault(active.binding.description.lower(), [])
        if key not in keys:
            keys.append(key)
    return tuple(
        ((" ".join(keys), ".ink--strong"), description) for description, keys in found.items()
    )


def _own_actions(node: DOMNode) -> frozenset[str]:
    """The actions that our own classes bind."""
    ours = (cls for cls in type(node).__mro__ if cls.__module__.startswith("tui."))
    bound = (binding for cls in ours for binding in vars(cls).get("BINDINGS", ()))
    return frozenset(one.action for one in bound if isinstance(one, Binding))
