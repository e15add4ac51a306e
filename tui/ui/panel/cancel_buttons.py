"""Buttons that cancel. They are never disabled: the press goes out and the service decides."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.message import Message
from textual.style import Style

from tui.core.actions import Action
from tui.core.desk import AccountView
from tui.core.formatting import counting_seconds
from tui.ui.dashboard.press_arming import ALL, PANIC, PressTarget
from tui.ui.keys.keymap import shown
from tui.ui.widgets.value_widget import Drawing, ValueWidget, first_fitting, lines, row, styled


@dataclass(frozen=True, slots=True)
class Face:
    """What a button says."""

    what: str
    """`SPREADS`, or `ALL`."""
    count: int | None
    """None when it is not known."""
    key: str
    armed_s: float = 0.0

    @property
    def n(self) -> str:
        return "" if self.count is None else f" {self.count}"


@dataclass(frozen=True, slots=True)
class Spec:
    """A cancel button that an account needs."""

    target: PressTarget
    what: str
    key: str
    kinds: tuple[str, ...]
    leaves: str


def specs(account: AccountView) -> tuple[Spec, ...]:
    """One button per action that has a key of its own, and one for all where one has none."""
    own = [
        Spec(PressTarget(account.name, a.id), a.label.upper(), a.key, a.kinds, covers(a))
        for a in account.actions
        if a.key is not None
    ]
    rest = [action for action in account.actions if action.key is None]
    if rest or not own:
        kinds = tuple(kind for action in account.actions for kind in action.kinds)
        leaves = " ".join(dict.fromkeys(covers(action) for action in account.actions))
        own.append(Spec(PressTarget(account.name, ALL), "ALL", "c", kinds, leaves))
    return tuple(own)


def covers(action: Action) -> str:
    """What a button's press cancels and what it leaves, in a sentence each."""
    return f"Cancels {action.label}. Leaves: {action.leaves or 'nothing'}."


def count_of(account: AccountView, kinds: tuple[str, ...]) -> int | None:
    """How many orders of these kinds are open and covered; None unless every one is known."""
    counts = [one.count for one in account.coverage.covered if one.kind in kinds]
    known = [count for count in counts if count is not None]
    return sum(known) if known and len(known) == len(counts) else None


_TOOLS = {
    "choose": "Lists the open orders of this account, to cancel those that you choose.",
    "arm": (
        "Arms the dead-man timers of this account: the venue cancels what they cover when killdesk "
        "stops asking it not to. Disarming always takes two presses."
    ),
}


def tip(said: str, key: str) -> Content:
    """What a button does, and the key that does it too."""
    in_force = shown(key)
    return Content(f"{said} Key {in_force}." if in_force else said)


class KeyButton(ValueWidget[Face]):
    """Something to press by mouse; its key stands on it."""

    class Pressed(Message):
        """The button was clicked."""

        def __init__(self, button: KeyButton, click: events.Click) -> None:
            self.button = button
            self.click = click
            super().__init__()

    DEFAULT_CSS = """
    KeyButton {
        width: 1fr;
        content-align: center middle;
        text-align: center;
        text-style: bold;
        pointer: pointer;
    }
    """

    @property
    def barred(self) -> str:
        """Why nothing comes of a press: `locked`, `view only`; empty where it works."""
        if self.screen.has_class("-view-only"):
            return "view only"
        return "locked" if self.screen.has_class("-locked") else ""

    def rekey(self) -> None:
        """Names its key as it is now."""

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.post_message(self.Pressed(self, event))


class CancelButton(KeyButton):
    """CANCEL, and after the first press AGAIN with the seconds that are left for the second."""

    DEFAULT_CSS = """
    CancelButton {
        color: $killdesk-on-act;
        background: $killdesk-act;
        &.-calm { background: $killdesk-act-calm; }
        &:hover { background: $killdesk-act-hover; }
        &.-armed { color: $killdesk-on-careful; background: $killdesk-careful; }
    }
    """

    def __init__(self, spec: Spec) -> None:
        super().__init__()
        self.spec = spec

    @property
    def target(self) -> PressTarget:
        return self.spec.target

    def fit(self, spec: Spec) -> None:
        """Takes the place of another button."""
        self.spec = spec
        self.rekey()

    def on_mount(self) -> None:
        self.rekey()

    def rekey(self) -> None:
        self.tooltip = tip(self.spec.leaves, self.spec.key)

    def show(
        self, count: int | None, armed_s: float, *, fresh: bool = False, key: str = ""
    ) -> None:
        """Shows how many orders the press would cancel, for how long it is armed, and by which key.

        A button is calm when the book, read a moment ago, has nothing for it; it works as ever.
        """
        self.set_class(fresh and count == 0, "-calm")
        key = key if armed_s and key else shown(self.spec.key)
        self.put(Face(self.spec.what, count, key, round(armed_s, 1)))
        self.set_class(armed_s > 0, "-armed")

    def paint(self, face: Face, width: int, height: int) -> Drawing:
        if self.barred:
            return _barred(face, width, self.barred)
        return _again(face, width, height) if face.armed_s else _cancel(face, width, height)


_STRUCK = Style(strike=True)


def struck(text: str) -> Content:
    """What cannot be pressed now. The line through it is no colour, so that every theme, a terminal
    of 16 colours and one of none show it."""
    return Content.styled(text, _STRUCK)


def _barred(face: Face, width: int, why: str) -> Content:
    """What could be cancelled, without the word and the key for it, and why it cannot."""
    what = struck(f"{face.what}{face.n}")
    return first_fitting(
        width - 1,
        row(what, styled(why), gap="    "),
        row(what, styled(why), gap=" "),
        what,
        struck(f"{face.what[:3]}{face.n}"),
        styled(why),
    )


def _cancel(face: Face, width: int, height: int) -> Drawing:
    what = f"ALL{face.n}" if face.what == "ALL" else f"{face.n.strip()} {face.what}".strip()
    tight = f"ALL{face.n}" if face.what == "ALL" else f"{face.what}{face.n}"
    if height >= 4:
        text = first_fitting(width - 1, styled(f"CANCEL {what}"), styled(tight))
        return lines(text, styled(""), styled(face.key))
    return first_fitting(
        width - 1,
        styled(f"CANCEL {what}    {face.key}"),
        styled(f"CANCEL {what}  {face.key}"),
        styled(f"{tight}  {face.key}"),
        styled(f"{tight} {face.key}"),
        styled(f"{tight[:3]}{face.n} {face.key}" if face.what != "ALL" else f"{tight} {face.key}"),
        styled(f"{tight[:3]} {face.key}"),
        styled(face.key),
    )


def _again(face: Face, width: int, height: int) -> Drawing:
    what = f"ALL{face.n}" if face.what == "ALL" else f"{face.n.strip()} {face.what}".strip()
    left = counting_seconds(face.armed_s)
    whole = styled(f"AGAIN TO CANCEL {what}   {face.key}   {left}")
    if height >= 4:
        text = (styled(f"AGAIN TO CANCEL {what}"), styled(f"AGAIN: {what}"), styled("AGAIN"))
        return lines(first_fitting(width - 1, *text), styled(""), styled(f"{face.key}   {left}"))
    return first_fitting(
        width - 1,
        whole,
        styled(f"AGAIN TO CANCEL {what}  {face.key} {left}"),
        styled(f"AGAIN: {what}  {face.key} {left}"),
        styled(f"AGAIN: {what}  {face.key}"),
        styled(f"AGAIN {face.key} {left}"),
        styled(f"AGAIN {face.key} {face.armed_s:.1f}"),
        styled(f"AGAIN {face.key}"),
        styled(f"{face.key} {left}"),
        styled(left),
    )


class PanicButton(KeyButton):
    """Every action of every account."""

    DEFAULT_CSS = """
    PanicButton {
        width: 16;
        color: $killdesk-on-alarm;
        background: $killdesk-alarm;
        &:hover { color: $killdesk-on-act; background: $killdesk-act-hover; }
        &.-armed { width: 38; color: $killdesk-on-careful; background: $killdesk-careful; }
    }
    """

    def on_mount(self) -> None:
        self.rekey()

    def rekey(self) -> None:
        self.tooltip = tip("Cancels everything that has a button, on every account at once.", "X")

    @property
    def target(self) -> PressTarget:
        return PANIC

    def show(self, armed_s: float, key: str) -> None:
        self.put(Face("PANIC", None, key, round(armed_s, 1)))
        self.set_class(armed_s > 0, "-armed")

    @property
    def barred(self) -> str:
        """Panic works on a locked screen too."""
        return "view only" if self.screen.has_class("-view-only") else ""

    def paint(self, face: Face, width: int, height: int) -> Content:
        if self.barred:
            return _barred(face, width, self.barred)
        if not face.armed_s:
            return first_fitting(
                width - 1, styled(f"PANIC  {face.key}"), styled(f"PANIC {face.key}")
            )
        key = face.key
        return first_fitting(
            width,
            styled(f"AGAIN: CANCEL EVERYTHING  {key}  {counting_seconds(face.armed_s)}"),
            styled(f"AGAIN  {key}  {counting_seconds(face.armed_s)}"),
            styled(f"{key} {counting_seconds(face.armed_s)}"),
        )


class ToolButton(KeyButton):
    """A quiet button: choose orders, arm, disarm."""

    DEFAULT_CSS = """
    ToolButton {
        width: auto;
        min-width: 3;
        text-style: none;
        background: $killdesk-tool;
        &:hover { background: $killdesk-track; }
        &.-armed { background: $killdesk-careful; color: $killdesk-on-careful; }
    }
    """

    def __init__(self, tool: str, long: str, short: str, key: str) -> None:
        super().__init__()
        self.tool = tool
        self._long, self._short, self._contract = long, short, key
        self._key = ""
        self.rekey()

    def rekey(self) -> None:
        self._key = shown(self._contract)
        self.put(Face(self._long, None, self._key))
        self.tooltip = tip(_TOOLS[self.tool], self._contract)
        self.refresh(layout=True)

    def say(self, long: str, short: str, armed_s: float = 0.0) -> None:
        """Takes another word, or asks for the second press."""
        grew = (long, bool(armed_s)) != (self._long, self.has_class("-armed"))
        self._long, self._short = long, short
        self.set_class(armed_s > 0, "-armed")
        self.put(Face(long, None, self._key, round(armed_s, 1)))
        if grew:
            self.refresh(layout=True)

    def get_content_width(self, container: object, viewport: object) -> int:
        if self.has_class("-bare"):
            return 1
        word = self._short if self.has_class("-short") else self._long
        again = "AGAIN: " if self.has_class("-armed") else ""
        return len(again) + len(word) + 1 + len(self._key)

    def paint(self, face: Face, width: int, height: int) -> Content:
        word = self._short if self.has_class("-short") else self._long
        if face.armed_s:
            return first_fitting(
                width,
                styled(f"AGAIN: {word} {face.key}"),
                styled(f"AGAIN {face.key}"),
                styled(face.key),
            )
        if self.barred:
            return struck(word)
        key = styled(face.key, ".ink--strong")
        return first_fitting(width, row(styled(word, ".ink--text"), key, gap=" "), key)
