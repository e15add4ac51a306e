"""A keyring for tests, chosen by PYTHON_KEYRING_BACKEND, whose answers a folder delays.

SLOW_KEYRING names that folder. `NAME.json` is the entry of an account, every answer takes the
seconds in `delay`, an answer about NAME waits while there is `NAME.held`, and is that the keyring
is locked while there is `NAME.locked`. It imports nothing of killdesk.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

LOOK_S = 0.02


class Keyring(KeyringBackend):
    priority = 1.0  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self._folder = Path(os.environ["SLOW_KEYRING"])

    def get_password(self, service: str, username: str) -> str | None:
        with (self._folder / "asked").open("a") as asked:
            asked.write(f"{username}\n")
        delay = self._folder / "delay"
        if delay.exists():
            time.sleep(float(delay.read_text()))
        while (self._folder / f"{username}.held").exists():
            time.sleep(LOOK_S)
        if (self._folder / f"{username}.locked").exists():
            raise KeyringLocked("nobody unlocked it")
        entry = self._folder / f"{username}.json"
        return entry.read_text() if entry.exists() else None

    def set_password(self, service: str, username: str, password: str) -> None:
        (self._folder / f"{username}.json").write_text(password)

    def delete_password(self, service: str, username: str) -> None:
        (self._folder / f"{username}.json").unlink()
