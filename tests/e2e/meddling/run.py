"""Runs killdesk while something goes wrong around it; a test chooses what by variables.

`MEDDLE_LOG` is a file that gets a line for each part of this list:
- `loaded`, once all that is to be loaded after the first paint is in memory;
- `open PATH` or `import NAME` for everything that is opened or imported after SIGUSR1.

SIGUSR2 takes every descriptor that the process may still open. `MEDDLE_FAULT` names functions,
`module:Class.name module:Class.name`, that raise `MEDDLE_ERROR`, from the start or, with
`MEDDLE_LATER`, from SIGUSR1 on.
"""

from __future__ import annotations

import builtins
import contextlib
import os
import signal
import sys
import threading
import time
from importlib import import_module

LOG = os.open(os.environ["MEDDLE_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
WATCHED = {"open": "open", "import": "import", "os.listdir": "open", "os.scandir": "open",
           "subprocess.Popen": "run", "ctypes.dlopen": "open"}  # fmt: skip
recording = False
taken: list[int] = []


def write(line: str) -> None:
    os.write(LOG, f"{line}\n".encode())


def watch(event: str, arguments: tuple[object, ...]) -> None:
    if not recording or event not in WATCHED:
        return
    what = arguments[0]
    # An open by number is a descriptor that is open already, and a module that is marked as absent
    # is not searched for.
    if isinstance(what, int) or (event == "import" and sys.modules.get(str(what), what) is None):
        return
    write(f"{WATCHED[event]} {what}")


def begin(*_: object) -> None:
    global recording
    recording = True
    if os.environ.get("MEDDLE_LATER"):
        break_functions()
    write("begun")


def take_descriptors(*_: object) -> None:
    with contextlib.suppress(OSError):
        while True:
            taken.append(os.open(os.devnull, os.O_RDONLY))
    write(f"taken {len(taken)}")


def tell_when_loaded() -> None:
    from tui.ui.app.preload import MODULES

    def loaded(name: str) -> bool:
        spec = getattr(sys.modules.get(name), "__spec__", None)
        return spec is not None and not getattr(spec, "_initializing", False)

    while not all(map(loaded, MODULES)):
        time.sleep(0.02)
    write("loaded")


def break_functions() -> None:
    kind = getattr(builtins, os.environ.get("MEDDLE_ERROR", "KeyError"))

    def broken(*_: object, **__: object) -> None:
        secret = "canary-4711"
        raise kind("about " + secret)

    for place in os.environ.get("MEDDLE_FAULT", "").split():
        module, _, name = place.partition(":")
        owner = import_module(module)
        *owners, last = name.split(".")
        for one in owners:
            owner = getattr(owner, one)
        setattr(owner, last, broken)


if __name__ == "__main__":
    sys.addaudithook(watch)
    signal.signal(signal.SIGUSR1, begin)
    signal.signal(signal.SIGUSR2, take_descriptors)
    if not os.environ.get("MEDDLE_LATER"):
        break_functions()
    threading.Thread(target=tell_when_loaded, daemon=True).start()
    import textual

    import tui
    from tui.cli.main import main

    write(f"from {tui.__file__} {textual.__file__}")
    sys.exit(main())
