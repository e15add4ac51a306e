"""Says on the screen why a press did nothing."""

from __future__ import annotations

from textual.app import App

from tui.core.clocks import Clock
from tui.ui.keys.gesture import Answer, Device, Stroke
from tui.ui.keys.keymap import shown, shown_name
from tui.ui.keys.layouts import foreign_letter
from tui.ui.keys.refusals import refusal, unknown_key

_SHOWN_S = 4.0


class PressNotices:
    """One notice for each reason; the same one is not shown twice at a time."""

    def __init__(self, app: App[None], clock: Clock) -> None:
        self._app = app
        self._clock = clock
        self._shown: dict[str, float] = {}
        """The sentence that was shown last, and when (monotonic seconds)."""

    def refused(self, answer: Answer, stroke: Stroke, age_s: float, *, twice: bool) -> str:
        """Shows why this press was refused; `twice` says that it had to be confirmed. Returns the
        sentence, empty where nothing is to be shown."""
        key = shown_name(stroke.key) if stroke.device is Device.KEY else ""
        sentence = refusal(answer, key, 0.0 if stroke.stale else age_s, twice=twice)
        self._show(sentence)
        return sentence

    def foreign(self, character: str | None) -> None:
        """A key of another alphabet does nothing, which somebody in a hurry must know."""
        if character and foreign_letter(character):
            self._show(unknown_key(character, shown("f12")))

    def _show(self, sentence: str) -> None:
        now_s = self._clock().mono_s
        if sentence and now_s - self._shown.get(sentence, -_SHOWN_S) >= _SHOWN_S:
            self._shown = {sentence: now_s}
            self._app.notify(sentence, severity="warning", timeout=_SHOWN_S, markup=False)
