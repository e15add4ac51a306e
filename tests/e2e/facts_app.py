"""Shows the facts of each key: what the driver tells, before any rule of the desk."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.widgets import Static

from tui.ui.textual_compat.key_facts import key_facts
from tui.ui.textual_compat.own_terminal import OwnTerminal


class FactsApp(OwnTerminal[None]):
    """One line a key: its name, and what is so of it."""

    def compose(self) -> ComposeResult:
        yield Static("ready", markup=False)

    def on_mount(self) -> None:
        self.lines: list[str] = []

    def on_key(self, event: events.Key) -> None:
        facts = key_facts(event)
        told = {"stale": facts.stale, "burst": facts.burst, "repeat": facts.repeat}
        words = [event.key, *(word for word, so in told.items() if so)]
        if facts.position:
            words.append(f"at {facts.position}")
        self.lines.append(" ".join(words))
        self.query_one(Static).update("\n".join([*self.lines[-20:], "ready"]))


if __name__ == "__main__":
    FactsApp().run()
