"""The desktop's clipboard, by the program that the platform has for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tui.core.formatting import seconds

TIMEOUT_S = 2.0
"""A program whose display server is gone would wait for ever; then it is ended."""

_Command = tuple[str, ...]
_TMUX: _Command = ("tmux", "load-buffer", "-w", "-")


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of one copy."""

    program: str
    problem: str = ""
    """Why it failed; empty when the program took the text."""


def copy(text: str, env: Mapping[str, str] = os.environ) -> tuple[Tried, ...]:
    """Hands `text` to the clipboards that can be reached, and tells of each; none is no error.

    It blocks for `TIMEOUT_S` a program at most: not for a loop.
    """
    return tuple(_run(command, text) for command in commands(sys.platform, env))


def commands(platform: str, env: Mapping[str, str]) -> Iterator[_Command]:
    """The program of the desktop, the first that is there, and within tmux that of its buffer."""
    for command in _desktop(platform, env):
        if shutil.which(command[0], path=env.get("PATH")):
            yield command
            break
    if env.get("TMUX") and shutil.which(_TMUX[0], path=env.get("PATH")):
        yield _TMUX


def _desktop(platform: str, env: Mapping[str, str]) -> Iterator[_Command]:
    if platform == "darwin":
        yield ("pbcopy",)
    elif platform == "win32":
        yield ("clip",)
    else:
        if env.get("WAYLAND_DISPLAY"):
            yield ("wl-copy",)
        if env.get("DISPLAY"):
            yield ("xclip", "-selection", "clipboard")
            yield ("xsel", "--clipboard", "--input")
        if env.get("WSL_DISTRO_NAME"):
            yield ("clip.exe",)


def _run(command: _Command, text: str) -> Tried:
    name = command[0]
    encoding = "utf-16-le" if name in {"clip", "clip.exe"} else "utf-8"
    try:
        # Its output goes nowhere: what stays behind to serve the clipboard keeps it open.
        ran = subprocess.run(  # noqa: S603  a program of the list above, the text on its input
            command,
            input=text.encode(encoding, "replace"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=TIMEOUT_S,
            check=False,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired:
        return Tried(name, f"no answer within {seconds(TIMEOUT_S)}")
    except OSError as error:
        return Tried(name, error.strerror or "it cannot be run")
    return Tried(name, f"it ended with {ran.returncode}" if ran.returncode else "")
