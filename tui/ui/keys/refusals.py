"""What is said when a press did nothing: the reason, and what to do instead."""

from __future__ import annotations

from tui.core.formatting import ago
from tui.ui.keys.gesture import Answer


def refusal(answer: Answer, key: str, age_s: float, *, twice: bool) -> str:
    """Why the press of `key` did nothing, in a sentence; empty where nothing is to be said.

    `key` is empty for a click. `twice`: it is a press that has to be confirmed.
    """
    what = key or "The click"
    again = f"Press {key} again" if key else "Click again"
    match answer:
        case Answer.DOUBLE_CLICK:
            return "Double click: click once more to confirm." if twice else ""
        case Answer.AMID:
            times = " twice" if twice else ""
            return f"{what} came amid other keys and did nothing. Press it{times} by itself."
        case Answer.INTERRUPTED:
            return f"Another key came right after {what}: nothing was sent. Press {key} twice."
        case Answer.BURST:
            return (
                f"{what} came together with other characters, as a paste does, and did nothing. "
                "Press one key at a time."
            )
        case Answer.STALE:
            when = ago(age_s * 1000) if age_s >= 1 else "while killdesk was stopped"
            subject = f"{key} typed {when}" if key else f"A click made {when}"
            return (
                f"{subject} was not carried out: the screen was held up. {again} if you still "
                "want it."
            )
        case _:
            return ""


def unknown_key(character: str, panic: str) -> str:
    """What is said of a letter of another alphabet, which no key here has. `panic` is the key that
    works on every keyboard layout."""
    return (
        f"{character} does nothing here: the keyboard layout is not Latin. Switch it, or click "
        f"PANIC, or press {panic} twice."
    )
