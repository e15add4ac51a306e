"""Styles that know whether their colours have changed.

Textual 8.2.8 parses all styles a second time, and applies them to every part of the screen, as an
app starts. The names with an underscore are Textual's own.
"""

from __future__ import annotations

from textual.css.stylesheet import Stylesheet


class SparingStyles(Stylesheet):
    """Takes other colours only if they are others."""

    def __init__(self, colours: dict[str, str]) -> None:
        super().__init__(variables=colours)
        self.outdated = False
        """Whether it has been given other colours since it parsed."""

    def set_variables(self, variables: dict[str, str]) -> None:
        if variables != self._variables:
            super().set_variables(variables)
            self.outdated = True

    def reparse(self) -> None:
        """A source that is new is parsed when the rules are next asked for."""
        if self.outdated:
            super().reparse()
            self.outdated = False
