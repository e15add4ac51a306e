"""The README's way to a keyring on a server: its own words, run as they stand there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.secret_service.conftest import REQUIRED

README = Path(__file__).parents[3] / "README.md"
PASSWORD = "canary-of-the-password"
SECRET = "canary-of-the-secret"
ENTRY = json.dumps({"api_key": "ak", "secret_key": SECRET})
PROGRAMS = ("dbus-run-session", "gnome-keyring-daemon", "stty")


@pytest.fixture
def server(tmp_path: Path) -> dict[str, str]:
    """The environment of a server: no desktop, no session, a home of its own."""
    if missing := [name for name in PROGRAMS if shutil.which(name) is None]:
        assert os.environ.get(REQUIRED) != "required", f"missing: {missing}"
        pytest.skip(f"not installed: {', '.join(missing)}")
    run = tmp_path / "run"
    run.mkdir(mode=0o700)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(run),
        # keyrings.alt is among the tools of the tests; a server has no reason to install it.
        "PYTHON_KEYRING_BACKEND": "keyring.backends.SecretService.Keyring",
    }


def recipe() -> str:
    found = re.search(
        r"\*\*On a server\*\*.*?```sh\n(.*?)```", README.read_text("utf-8"), re.DOTALL
    )
    assert found is not None
    words = found[1].rstrip()
    assert words.endswith(" sh killdesk")
    return words.removesuffix("killdesk")


def killdesk(env: dict[str, str], password: str, *arguments: str, stdin: str = "") -> str:
    ours = " ".join([sys.executable, "-m", "tui", *arguments])
    ran = subprocess.run(
        ["/bin/sh", "-c", recipe() + ours],
        env=env,
        input=f"{password}\n{stdin}",
        capture_output=True,
        text=True,
        timeout=100,
        cwd=README.parent,
    )
    return ran.stdout


def test_a_key_is_kept_in_an_encrypted_store_that_a_password_opens(
    server: dict[str, str], tmp_path: Path
) -> None:
    added = killdesk(server, PASSWORD, "accounts", "add", "desk", "--venue", "htx", stdin=ENTRY)
    assert "its key is in the keyring keyring.backends.SecretService.Keyring" in added
    assert "key in the keyring" in killdesk(server, PASSWORD, "accounts", "list")
    stored = list(tmp_path.rglob("*.keyring"))
    assert stored
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes(), path
    assert "the keyring is locked" in killdesk(server, "not-the-password", "accounts", "list")
