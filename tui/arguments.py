"""What the command line may say."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from tui.console import BAD_USAGE, complain, say

_SECRET_WORDS = ("key", "secret", "pass", "token")


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The arguments, with the name of their command as `command`. Raises SystemExit."""
    return _parser().parse(arguments)


class _Parser(argparse.ArgumentParser):
    """Complains in one line, and never repeats a stray argument: it may be a secret."""

    def parse(self, arguments: Sequence[str] | None) -> argparse.Namespace:
        chosen, stray = self.parse_known_args(arguments)
        options = [argument.split("=")[0] for argument in stray if argument.startswith("--")]
        if any(word in option for option in options for word in _SECRET_WORDS):
            self.error("secrets are prompted for or read from stdin, never taken from arguments")
        if options:
            self.error(f"there is no option {options[0]} here")
        if stray:
            self.error("there are more arguments than this command takes")
        return chosen

    def error(self, message: str) -> NoReturn:
        sys.exit(complain(f"{message}; see {self.prog} --help", BAD_USAGE))


class _VenueNames:
    """The names that `--venue` takes, looked up only when they are needed."""

    def __iter__(self) -> Iterator[str]:
        from tui.venues import VENUES

        return iter(VENUES)


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        say(f"killdesk {version('killdesk')}")
        parser.exit()


def _parser() -> _Parser:
    parser = _Parser(
        prog="killdesk",
        description="A kill switch for a crypto trading desk. Without a command: the dashboard.",
        allow_abbrev=False,
    )
    parser.set_defaults(command="dashboard", config=None)
    parser.add_argument("--demo", action="store_true", help="the dashboard on a simulated desk")
    parser.add_argument(
        "--view-only", action="store_true", help="the dashboard without any way to send anything"
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version")
    _add_config(parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", prog="killdesk")

    simulate = commands.add_parser("simulate", help="the simulated venues alone, on loopback")
    simulate.set_defaults(command="simulate")
    simulate.add_argument("--host", default="127.0.0.1", help="a loopback address (127.0.0.1)")
    simulate.add_argument("--port", type=int, default=0, help="0 takes any free one (0)")
    simulate.add_argument("--orders", type=int, default=40, help="open orders at start (40)")

    accounts = commands.add_parser("accounts", help="add, list, remove or test accounts")
    _add_accounts(accounts.add_subparsers(title="commands", metavar="COMMAND", required=True))

    check = commands.add_parser("check", help="whether a press would work now, account by account")
    check.set_defaults(command="check")
    check.add_argument("names", metavar="ACCOUNT", nargs="*", help="all, if none is named")

    cancel = commands.add_parser("cancel", help="cancel everything, without a screen")
    cancel.set_defaults(command="cancel")
    cancel.add_argument("names", metavar="ACCOUNT", nargs="*")
    cancel.add_argument("--all", action="store_true", help="on every configured account")
    cancel.add_argument("--yes", action="store_true", help="do not ask")
    for command in (check, cancel):
        _add_config(command)
        _add_json(command)

    drill = commands.add_parser(
        "drill", help="rehearse the whole kill path on simulated venues; nothing real is touched"
    )
    drill.set_defaults(command="drill")
    drill.add_argument("--orders", type=int, default=40, help="open orders of each account (40)")
    drill.add_argument("--plan", action="store_true", help=argparse.SUPPRESS)
    _add_config(drill)
    _add_json(drill)
    pin = commands.add_parser("pin", help="the PIN that unlocks the screen")
    forget = pin.add_subparsers(title="commands", metavar="COMMAND", required=True).add_parser(
        "forget",
        help="take it out of the keyring; the next lock asks for a new one",
    )
    forget.set_defaults(command="pin forget")
    _add_record(commands)

    keys = commands.add_parser("keys", help="the keys of the screen, with their ids for [keys]")
    keys.set_defaults(command="keys")
    _add_config(keys)
    _add_json(keys)

    where = commands.add_parser("where", help="where settings, state and audit files lie")
    where.set_defaults(command="where")
    _add_config(where)
    _add_json(where)
    return parser


def _add_accounts(commands: argparse._SubParsersAction[_Parser]) -> None:
    add = commands.add_parser(
        "add",
        help="store an account and its key",
        description="Stores an account in the settings and its key in the OS keyring. The secrets "
        "are prompted for, or read from stdin: a JSON object, or api_key, secret_key and "
        "passphrase one a line. For a configured account give its name alone.",
    )
    add.set_defaults(command="accounts add")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--venue", choices=_VenueNames(), metavar="VENUE", help="%(choices)s")
    add.add_argument("--rest-url", metavar="URL", help="instead of the venue's own")
    add.add_argument("--ws-url", metavar="URL", help="instead of the venue's own")
    add.add_argument("--family", help="auto, legacy or unified, where the venue has families")
    add.add_argument("--contracts", nargs="+", metavar="CODE", help="always part of a cancel-all")
    add.add_argument("--demo-trading", action="store_true", help="the venue's paper trading")

    listing = commands.add_parser("list", help="the accounts, and whether their keys are there")
    listing.set_defaults(command="accounts list")
    _add_json(listing)

    remove = commands.add_parser("remove", help="take an account and its key out")
    remove.set_defaults(command="accounts remove")
    remove.add_argument("name", metavar="NAME")
    remove.add_argument("--yes", action="store_true", help="do not ask")

    test = commands.add_parser("test", help="connect, log in and read the open orders")
    test.set_defaults(command="accounts test")
    test.add_argument("names", metavar="NAME", nargs="*", help="all, if none is named")
    _add_json(test)
    for command in (add, listing, remove, test):
        _add_config(command)


def _add_record(commands: argparse._SubParsersAction[_Parser]) -> None:
    audit = commands.add_parser("audit", help="check, show or export the record")
    parts = audit.add_subparsers(title="commands", metavar="COMMAND", required=True)
    check = parts.add_parser("verify", help="whether a file of the record is as it was written")
    check.set_defaults(command="audit verify")
    check.add_argument("--head", metavar="HASH", help="noted from the screen or at the exit")
    listing = parts.add_parser("show", help="what a file of the record says")
    listing.set_defaults(command="audit show")
    listing.add_argument("--json", action="store_true", help="for programs")
    table = parts.add_parser("export", help="a file of the record as a table")
    table.set_defaults(command="audit export")
    table.add_argument("--csv", action="store_true", help="comma-separated values (the default)")
    for command in (listing, table):
        command.add_argument("--account", metavar="NAME", help="of one account only")
        command.add_argument("--kind", metavar="KIND", help="press, outcome, frame, seen, lock ...")
        command.add_argument("--from", dest="begin", metavar="HH:MM", help="in UTC")
        command.add_argument("--to", dest="end", metavar="HH:MM", help="in UTC, to its end")
    past = commands.add_parser("replay", help="a past session on the screen; nothing is sent")
    past.set_defaults(command="replay")
    for command in (check, listing, table, past):
        command.add_argument("file", metavar="FILE", type=Path)


def _add_config(parser: argparse.ArgumentParser) -> None:
    # Before the command or after it; SUPPRESS keeps the second from undoing the first.
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        default=argparse.SUPPRESS,
        help="another settings file",
    )


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="for programs")
