"""tmux between the program and the terminal: what is meant for the terminal has to be handed on."""

from __future__ import annotations

_ESC = "\x1b"


def through_tmux(sequence: str) -> str:
    """`sequence` so that tmux passes it on where its `allow-passthrough` is on, else drops it."""
    return f"{_ESC}Ptmux;{sequence.replace(_ESC, _ESC * 2)}{_ESC}\\"
