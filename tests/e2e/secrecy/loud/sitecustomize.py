"""Loaded by every Python of a test before anything else: all that can be made to talk, talks.

Every logger writes to the file `LOUD_LOG`, from DEBUG on. `LOUD_CRASH` names a function of the
product, `module:Class.name`, that fails with a secret in its local variables and in its error.
`LOUD_UNGAG=1` undoes the product's own silencing of a library's logger: then the search must find.
"""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

_KNOWN: list[str] = []
"""Secrets that this process has revealed, the newest last."""


class _Ungagged(logging.Logger):
    """Cannot be disabled."""

    disabled = property(lambda _: False, lambda _, value: None)  # type: ignore[assignment]


class _Hook:
    """Changes a module of the product as soon as it has been imported."""

    def __init__(self, changes: dict[str, Any]) -> None:
        self._changes = changes

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        change = self._changes.pop(name, None)
        if change is None:
            return None
        spec = importlib.util.find_spec(name)
        assert spec is not None
        loader: Any = spec.loader
        run = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            run(module)
            change(module)

        loader.exec_module = exec_module
        return spec


def _listen(module: Any) -> None:
    """Remembers what is revealed, so that a crash has something to blab."""
    reveal = module.Secret.reveal

    def revealed(secret: Any) -> str:
        value: str = reveal(secret)
        if len(value) > 3:
            _KNOWN.append(value)
        return value

    module.Secret.reveal = revealed


def _crash(place: str) -> Any:
    def change(module: Any) -> None:
        *owners, name = place.split(".")
        for owner in owners:
            module = getattr(module, owner)

        def crash(*given: object, **more: object) -> None:
            secrets = _KNOWN[-9:]
            logging.getLogger("loud").warning("crash with %d secrets", len(secrets))
            try:
                raise LookupError(f"the cause {secrets}")
            except LookupError as error:
                raise RuntimeError(f"about {secrets}", *secrets) from error

        was = vars(module)[name]
        setattr(module, name, property(crash) if isinstance(was, property) else crash)

    return change


def _speak() -> None:
    logging.basicConfig(
        filename=os.environ["LOUD_LOG"],
        level=logging.NOTSET,
        format="%(process)d %(name)s %(levelname)s %(message)s",
    )
    logging.captureWarnings(capture=True)
    for name in ("asyncio", "h11", "httpx", "httpcore", "keyring", "textual", "tui", "urllib3",
                 "uvicorn", "websockets", "jeepney", "secretstorage"):  # fmt: skip
        logging.getLogger(name).setLevel(logging.DEBUG)
    if os.environ.get("LOUD_UNGAG"):
        logging.Logger.manager.loggerDict["tui.silent"] = gag = _Ungagged("tui.silent")
        gag.parent = logging.getLogger()
        gag.setLevel(logging.DEBUG)
    logging.getLogger("loud").debug("%s", sys.orig_argv[1:4])
    changes: dict[str, Any] = {}
    if place := os.environ.get("LOUD_CRASH"):
        module, _, function = place.partition(":")
        changes = {"tui.core.secrets": _listen, module: _crash(function)}
    sys.meta_path.insert(0, _Hook(changes))  # type: ignore[arg-type]
    with contextlib.suppress(OSError):
        os.chdir(os.environ["LOUD_CWD"])


if "LOUD_LOG" in os.environ:
    _speak()
