"""The desktop's clipboard: the program that is there, and no hang when it hangs."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from tui.service.files import clipboard
from tui.service.files.clipboard import Tried, commands, copy

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it makes programs for Linux")


class Desktop:
    """A folder with programs of our own, and the environment that leads to them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {"PATH": str(folder), "DISPLAY": ":0"}

    def add(self, name: str, script: str) -> None:
        program = self.folder / name
        program.write_text(f"#!/bin/sh\nPATH=/bin:/usr/bin\n{script}\n")
        program.chmod(0o755)

    def copy(self, text: str) -> tuple[Tried, ...]:
        return copy(text, self.env)


@pytest.fixture
def desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desktop:
    made = Desktop(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    return made


def test_the_program_that_is_there_gets_the_text(desktop: Desktop) -> None:
    taken = desktop.folder / "taken"
    desktop.add("xclip", f'echo "$@" >{taken}; cat >>{taken}')
    assert desktop.copy('{"a":"é 漢"}') == (Tried("xclip"),)
    assert taken.read_text() == '-selection clipboard\n{"a":"é 漢"}'


def test_what_goes_wrong_is_told(desktop: Desktop) -> None:
    assert desktop.copy("x") == ()
    desktop.add("xsel", "exit 3")
    assert desktop.copy("x") == (Tried("xsel", "it ended with 3"),)
    desktop.add("xclip", "")
    (desktop.folder / "xclip").write_bytes(b"\x7fELF, but not really")
    assert desktop.copy("x") == (Tried("xclip", "Exec format error"),)


def test_a_program_that_hangs_is_ended(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clipboard, "TIMEOUT_S", 0.2)
    pid = desktop.folder / "pid"
    desktop.add("xclip", f"echo $$ >{pid}; exec sleep 600")
    assert desktop.copy("x" * 1_000_000) == (Tried("xclip", "no answer within 0.2 s"),)
    assert not Path(f"/proc/{pid.read_text().strip()}").exists()


def test_one_that_stays_behind_to_serve_the_text_is_not_waited_for(desktop: Desktop) -> None:
    pid = desktop.folder / "pid"
    desktop.add("xclip", f"cat >/dev/null; sleep 600 & echo $! >{pid}")
    begun = time.monotonic()
    assert desktop.copy("x") == (Tried("xclip"),)
    assert time.monotonic() - begun < 300, "it waited for the sleep"
    Path(f"/proc/{pid.read_text().strip()}").stat()
    clipboard.subprocess.run(["/bin/kill", pid.read_text().strip()], check=True)


def test_each_platform_has_its_own(desktop: Desktop) -> None:
    for name in ("pbcopy", "clip", "clip.exe", "wl-copy", "xclip", "xsel", "tmux"):
        desktop.add(name, "")
    path = {"PATH": desktop.env["PATH"]}

    def named(platform: str, **env: str) -> list[str]:
        return [command[0] for command in commands(platform, {**path, **env})]

    assert named("darwin") == ["pbcopy"]
    assert named("win32") == ["clip"]
    assert named("linux") == []
    assert named("linux", DISPLAY=":0") == ["xclip"]
    assert named("linux", DISPLAY=":0", WAYLAND_DISPLAY="wayland-0") == ["wl-copy"]
    assert named("linux", WSL_DISTRO_NAME="x") == ["clip.exe"]
    assert named("linux", TMUX="/tmp/tmux-0/default,1,0") == ["tmux"]  # noqa: S108
