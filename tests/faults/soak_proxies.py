"""Fault proxies in a process of their own, one an account: a soak counts no socket of theirs.

The first line on stdout is a JSON object of URLs by account. Each line on stdin is a command,
`{"account", "fault", "args"}`, answered by one line when it is in force. Ends with stdin.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.faults.proxy import Proxy

ROOT = Path(__file__).resolve().parents[2]


class Proxies:
    """The near end."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._out, self._in = process.stdin, process.stdout
        self.urls: dict[str, str] = json.loads(self._in.readline())

    def order(self, account: str, fault: str, **args: object) -> None:
        """Makes a fault, or ends all of them: `clear`."""
        self._out.write(json.dumps({"account": account, "fault": fault, "args": args}) + "\n")
        self._out.flush()
        if not self._in.readline():
            raise RuntimeError("the proxies have ended")

    def clear_all(self) -> None:
        for account in self.urls:
            self.order(account, "clear")


@contextmanager
def proxies(url: str, accounts: Sequence[str]) -> Iterator[Proxies]:
    command = [sys.executable, "-m", "tests.faults.soak_proxies", url, *accounts]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        start_new_session=True,  # ctrl+c is for the soak
    ) as process:
        try:
            yield Proxies(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(20)


def main(url: str, *accounts: str) -> int:
    # Each write to a connection that the other side has reset would be a line.
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    with ExitStack() as stack:
        by_account = {name: stack.enter_context(Proxy(url)) for name in accounts}
        print(json.dumps({name: proxy.url for name, proxy in by_account.items()}), flush=True)
        for line in sys.stdin:
            command = json.loads(line)
            getattr(by_account[command["account"]], command["fault"])(**command["args"])
            print(flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
