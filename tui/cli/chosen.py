"""What the commands share: the settings file that was chosen, and commands as one types them."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli.console import (
    UsageError,
)

if TYPE_CHECKING:
    from tui.service.settings.loader import Settings


def typed(chosen: argparse.Namespace, *words: str) -> str:
    """A killdesk command as it is to be typed to mean the same settings file."""
    config = () if chosen.config is None else ("--config", str(chosen.config))
    return shlex.join(("killdesk", *config, *words))


def how_to_add(chosen: argparse.Namespace) -> str:
    return f"{typed(chosen, 'accounts', 'add', 'NAME', '--venue', 'VENUE')} adds one"


def settings_path(chosen: argparse.Namespace) -> Path:
    from tui.service.files.locations import NO_HOME, find_locations, is_known

    path: Path | None = chosen.config
    if path is not None:
        return path
    if not is_known(path := find_locations().settings_file):
        raise UsageError(f"{NO_HOME}, or name the settings file with --config FILE")
    return path


def read_settings(chosen: argparse.Namespace, *, must_exist: bool = True) -> Settings:
    """The settings, which must exist if they were named. Raises SettingsError."""
    from tui.service.settings.loader import load_settings

    named = chosen.config is not None
    return load_settings(settings_path(chosen), must_exist=must_exist and named)
