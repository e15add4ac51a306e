"""What the terminal says of a key or a mouse button beyond which one it was.

Textual's events have no place for it, and its parser raises for the sequences that say it.

Report: `.github/upstream/parts-of-sequences-become-keys.md`.
Needed while this passes, in `test_driver.py`:
`test_textual_still_raises_for_a_sequence`.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual import events


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """When something was typed, and how."""

    typed_at_s: float
    """On the clock of `time.monotonic`: when its bytes were read from the terminal."""
    repeat: bool | None = None
    """Whether it is an auto-repeat; None where the terminal does not tell."""
    position: str | None = None
    """The character of this key's place on a US keyboard, `X` or `ctrl+x`, where the terminal tells
    it (kitty's protocol) and it is another than that of the key."""
    stale: bool = False
    """Its age is unknown: it waited in the terminal while the process was stopped. It must neither
    begin nor complete a gesture."""
    burst: bool = False
    """It came together with other characters, faster than a hand types: a paste without brackets,
    or keys that a slow connection collected. The two cannot be told apart, so it must neither begin
    nor complete a gesture, and no command that cancels, arms, disarms, locks or quits may come of
    it. In a text field it is text like any other. Keys that kitty's protocol reports one by one are
    never a burst: a paste does not come that way."""


def key_facts(event: events.Event) -> KeyFacts:
    """The facts of an input event."""
    facts = getattr(event, "key_facts", None)
    return facts if isinstance(facts, KeyFacts) else KeyFacts(event.time)
