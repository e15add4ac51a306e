"""A real Secret Service: gnome-keyring on a message bus of the test's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keyring.core
import pytest

if sys.platform != "linux":
    collect_ignore_glob = ["test_*.py"]

WAIT_S = 60.0
REQUIRED = "KILLDESK_SECRET_SERVICE"
"""Set to `required` where the programs have been installed: then a test may not be skipped."""
PROGRAMS = ("dbus-daemon", "gnome-keyring-daemon")
BUS = """\
<busconfig>
  <type>session</type>
  <listen>unix:path={path}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
"""No service is started by the bus itself: what has ended stays away."""
PROMPTER = "org.gnome.keyring.SystemPrompter"
CALLBACK = "org.gnome.keyring.internal.Prompter.Callback"


def until(holds: Callable[[], object], what: str) -> None:
    end = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < end, f"{what}: not within {WAIT_S:g} s"
        time.sleep(0.02)


class Prompter:
    """What asks the user for the keyring's password. This one never lets anybody in.

    `asked` is set once it was to ask; with `dismisses` the user closes the window at once, else
    nobody comes.
    """

    def __init__(self, address: str, *, dismisses: bool) -> None:
        self.asked = threading.Event()
        self._address = address
        self._dismisses = dismisses
        self._over = False
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        assert self._ready.wait(WAIT_S)

    def _serve(self) -> None:
        from jeepney import DBusAddress, MessageType, new_method_call, new_method_return
        from jeepney.bus_messages import message_bus
        from jeepney.io.blocking import open_dbus_connection

        with open_dbus_connection(bus=self._address) as bus:
            bus.send_and_get_reply(message_bus.RequestName(PROMPTER))
            self._ready.set()
            while not self._over:
                try:
                    message: Any = bus.receive(timeout=0.1)
                except TimeoutError:
                    continue
                except OSError:
                    return  # the bus is gone
                fields = message.header.fields
                if message.header.message_type is not MessageType.method_call:
                    continue
                if self._dismisses:
                    bus.send(new_method_return(message))
                    sender, path = fields[7], message.body[0]
                    callback = DBusAddress(path, sender, CALLBACK)
                    bus.send(new_method_call(callback, "PromptDone"))
                self.asked.set()

    def close(self) -> None:
        self._over = True
        self._thread.join(WAIT_S)


class SecretService:
    """The bus, the daemon on it with an unlocked keyring, and the environment to find them by."""

    def __init__(self, folder: Path) -> None:
        self.env = {
            "HOME": str(folder),
            "PATH": os.environ["PATH"],
            "XDG_RUNTIME_DIR": str(folder / "run"),
            "XDG_DATA_HOME": str(folder / "data"),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "LANG": "C.UTF-8",
        }
        for name in ("run", "data", "config", "cache"):
            (folder / name).mkdir(mode=0o700)
        socket, settings = folder / "run/bus", folder / "bus.conf"
        settings.write_text(BUS.format(path=socket))
        self.address = f"unix:path={socket}"
        self.env["DBUS_SESSION_BUS_ADDRESS"] = self.address
        self._prompters: list[Prompter] = []
        self.bus = self._run("dbus-daemon", "--nofork", f"--config-file={settings}")
        until(socket.exists, "the bus")
        self.daemon = self._run(
            "gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"
        )
        assert self.daemon.stdin is not None
        self.daemon.stdin.write(b"a password of the test")
        self.daemon.stdin.close()
        until(self.has_keyring, "the keyring")

    def _run(self, *command: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            env=self.env,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def has_keyring(self) -> bool:
        """Whether there is a default keyring, and it is open."""
        import secretstorage

        try:
            bus = secretstorage.dbus_init()
        except secretstorage.exceptions.SecretStorageException:
            return False
        with bus:
            try:
                return not secretstorage.Collection(
                    bus, "/org/freedesktop/secrets/aliases/default"
                ).is_locked()
            except secretstorage.exceptions.SecretStorageException:
                return False

    def lock(self) -> None:
        """Closes the keyring: from now on it wants its password."""
        import secretstorage

        with secretstorage.dbus_init() as bus:
            secretstorage.get_default_collection(bus).lock()

    def prompter(self, *, dismisses: bool) -> Prompter:
        """Somebody to ask for the password, from now on."""
        one = Prompter(self.address, dismisses=dismisses)
        self._prompters.append(one)
        return one

    def close(self) -> None:
        for one in self._prompters:
            one.close()
        for process in (self.daemon, self.bus):
            process.kill()
            process.wait(WAIT_S)
        if self.bus.stdin is not None:
            self.bus.stdin.close()


@pytest.fixture
def secret_service(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SecretService]:
    """A Secret Service of its own, which this process and its children see, and nothing else."""
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    if missing:
        why = f"not installed: {', '.join(missing)}"
        if os.environ.get(REQUIRED) == "required":
            pytest.fail(f"a Secret Service must be there, but is {why}")
        pytest.skip(why)
    folder = tmp_path_factory.mktemp("ss")  # short: the path of a socket has 107 bytes
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={folder}/run/bus")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.SecretService.Keyring")
    monkeypatch.delenv("KILLDESK_INSECURE_KEYRING", raising=False)
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)
    service = SecretService(folder)
    yield service
    service.close()


@pytest.fixture
def clean_env(clean_env: dict[str, str], secret_service: SecretService) -> dict[str, str]:
    """A user whose keyring is that Secret Service."""
    del clean_env["KILLDESK_INSECURE_KEYRING"]
    return clean_env | {
        "DBUS_SESSION_BUS_ADDRESS": secret_service.address,
        "PYTHON_KEYRING_BACKEND": "keyring.backends.SecretService.Keyring",
    }
