"""Where killdesk keeps its files, and how it makes them private. Nothing else knows a folder."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_config_path, user_state_path

NO_HOME = "no home folder is known; set HOME"
_APPLICATION = "killdesk"
_NOWHERE = Path(os.devnull)
"""Stands for a folder that is not known: nothing can be read or written below it."""
_FOLDER_MODE = 0o700
_FILE_MODE = 0o600


@dataclass(frozen=True, slots=True)
class Locations:
    """The platform's places for killdesk. None of them has to exist yet."""

    settings_file: Path
    state_folder: Path
    audit_folder: Path
    locks_folder: Path
    frames_folder: Path
    """Frames that somebody saved."""


def find_locations() -> Locations:
    """The places for the user who runs this; creates nothing.

    Where the system does not say what they are, as without `HOME` and without an entry of the user,
    they are places that do not exist and cannot be made; see `is_known`.
    """
    state = _folder(user_state_path)
    return Locations(
        settings_file=_folder(user_config_path) / "config.toml",
        state_folder=state,
        audit_folder=state / "audit",
        locks_folder=state / "locks",
        frames_folder=state / "frames",
    )


def is_known(place: Path) -> bool:
    """Whether the system says where this is; if not, the reason is `NO_HOME`."""
    return _NOWHERE not in place.parents


def _folder(find: Callable[..., Path]) -> Path:
    try:
        return find(_APPLICATION, appauthor=False)
    except (RuntimeError, KeyError):
        return _NOWHERE / _APPLICATION


def make_private_folder(folder: Path) -> Path:
    """Creates `folder` and its missing parents for the user alone; existing ones stay as they are.

    Raises OSError. On Windows the folder inherits the rights of the user's profile.
    """
    if not is_known(folder):
        raise OSError(errno.ENOENT, NO_HOME)
    if not folder.is_dir():
        if folder.parent != folder:
            make_private_folder(folder.parent)
        folder.mkdir(mode=_FOLDER_MODE, exist_ok=True)
    return folder


def open_private(path: Path, flags: int) -> int:
    """Opens `path` with `os.open` flags, a new file for the user alone. Raises OSError.

    A file that exists with wider rights is narrowed, where the platform has such rights.
    """
    descriptor = os.open(path, flags | getattr(os, "O_CLOEXEC", 0), _FILE_MODE)
    if os.name == "posix":
        os.fchmod(descriptor, _FILE_MODE)
    return descriptor


def careful_flags(flags: int) -> int:
    """`flags` for `os.open` with those that keep it from following a link, from waiting for a pipe,
    and from handing the descriptor to a child, where the platform has them."""
    for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY", "O_NOINHERIT"):
        flags |= getattr(os, flag, 0)
    return flags


def replace_private(path: Path, text: str, *, through_link: bool = False) -> None:
    """Writes `text` to `path` in one step: a reader sees the old file or the new one, never half.

    A symbolic link is replaced by a file of ours; with `through_link` it stays, and what it points
    to is replaced. Raises OSError.
    """
    import secrets  # needed at the first writing, and nothing before the first paint writes

    target = _behind_links(path) if through_link else path
    make_private_folder(target.parent)
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(open_private(draft, flags), "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _behind_links(path: Path) -> Path:
    try:
        return path.resolve()
    except RuntimeError:  # links in a circle
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP)) from None
