"""What the command line may say."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

from tui.cli.console import BAD_USAGE, complain, say
from tui.cli.streams import write_out

_SECRET_WORDS = ("key", "secret", "pass", "token")


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The arguments, with the name of their command as `command`. Raises SystemExit."""
    return _parser().parse(arguments)


class _Parser(argparse.ArgumentParser):
    """Complains in one line, and never repeats a stray argument: it may be a secret."""

    def parse(self, arguments: Sequence[str] | None) -> argparse.Namespace:
        chosen, stray = self.parse_known_args(arguments)
        options = [argument.split("=")[0] for argument in stray if argument.startswith("--")]
        if chosen.command != "dashboard":
            self.prog = f"{self.prog} {chosen.command}"  # whose help an error names
        if any(word in option for option in options for word in _SECRET_WORDS):
            self.error("secrets are prompted for or read from stdin, never taken from arguments")
        if options:
            self.error(f"there is no option {options[0]} here")
        if stray:
            self.error("there are more arguments than this command takes")
        return chosen

    def print_help(self, file: object = None) -> None:
        write_out(self.format_help())

    def error(self, message: str) -> NoReturn:
        sys.exit(complain(f"{message}; see {self.prog} --help", BAD_USAGE))


class _Command(_Parser):
    """A command's own parser, which is made when the command is given: the dashboard needs none."""

    def __init__(self, *, fill: Callable[[_Parser], None], **options: Any) -> None:
        """`fill` adds the arguments; `options` are those of `argparse.ArgumentParser`."""
        self._fill = fill
        self._options = options

    def parse_known_args(self, *given: Any) -> Any:  # type: ignore[override]  # for its overloads
        super().__init__(**self._options)
        self._fill(self)
        return super().parse_known_args(*given)


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
    add = _commands(parser, required=False, prog="killdesk")
    add("simulate", _simulate, help="the simulated venues alone, on loopback")
    add("accounts", _accounts, help="add, list, remove or test accounts")
    add("check", _check, help="whether a press would work now, account by account")
    add("cancel", _cancel, help="cancel everything, without a screen")
    add(
        "drill",
        _drill,
        help="rehearse the whole kill path on simulated venues; nothing real is touched",
    )
    add("pin", _pin, help="the PIN that unlocks the screen")
    add("audit", _audit, help="check, show or export the record")
    add("replay", _replay, help="a past session on the screen; nothing is sent")
    add("keys", _keys, help="the keys of the screen, with their ids for [keys]")
    add("where", _where, help="where settings, state and audit files lie")
    return parser


def _commands(parser: _Parser, *, required: bool = True, **more: Any) -> Callable[..., object]:
    """What adds a command: its name, what fills its parser, and what argparse is to say of it."""
    commands = parser.add_subparsers(
        title="commands", metavar="COMMAND", required=required, parser_class=_Command, **more
    )

    def add(name: str, fill: Callable[[_Parser], None], **options: Any) -> None:
        commands.add_parser(name, fill=fill, **options)

    return add


def _simulate(parser: _Parser) -> None:
    parser.set_defaults(command="simulate")
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address (127.0.0.1)")
    parser.add_argument("--port", type=int, default=0, help="0 takes any free one (0)")
    parser.add_argument("--orders", type=int, default=40, help="open orders at start (40)")


def _check(parser: _Parser) -> None:
    parser.set_defaults(command="check")
    parser.add_argument("names", metavar="ACCOUNT", nargs="*", help="all, if none is named")
    _add_config(parser)
    _add_json(parser)


def _cancel(parser: _Parser) -> None:
    parser.set_defaults(command="cancel")
    parser.add_argument("names", metavar="ACCOUNT", nargs="*")
    parser.add_argument("--all", action="store_true", help="on every configured account")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    _add_config(parser)
    _add_json(parser)


def _drill(parser: _Parser) -> None:
    parser.set_defaults(command="drill")
    parser.add_argument("--orders", type=int, default=40, help="open orders of each account (40)")
    parser.add_argument("--plan", action="store_true", help=argparse.SUPPRESS)
    _add_config(parser)
    _add_json(parser)


def _pin(parser: _Parser) -> None:
    _commands(parser)(
        "forget",
        lambda forget: forget.set_defaults(command="pin forget"),
        help="take it out of the keyring; the next lock asks for a new one",
    )


def _keys(parser: _Parser) -> None:
    parser.set_defaults(command="keys")
    _add_config(parser)
    _add_json(parser)


def _where(parser: _Parser) -> None:
    parser.set_defaults(command="where")
    _add_config(parser)
    _add_json(parser)


# --- accounts ------------------------------------------------------------------------------------


def _accounts(parser: _Parser) -> None:
    add = _commands(parser)
    add(
        "add",
        _accounts_add,
        help="store an account and its key",
        description="Stores an account in the settings and its key in the OS keyring. The secrets "
        "are prompted for, or read from stdin: a JSON object, or api_key, secret_key and "
        "passphrase one a line. For a configured account give its name alone.",
    )
    add("list", _accounts_list, help="the accounts, and whether their keys are there")
    add("remove", _accounts_remove, help="take an account and its key out")
    add("test", _accounts_test, help="connect, log in and read the open orders")


def _accounts_add(parser: _Parser) -> None:
    parser.set_defaults(command="accounts add")
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--venue", choices=_VenueNames(), metavar="VENUE", help="%(choices)s")
    parser.add_argument("--site", metavar="SITE", help="the venue's site, where it has several")
    parser.add_argument("--rest-url", metavar="URL", help="an address of your own, with --ws-url")
    parser.add_argument("--ws-url", metavar="URL", help="the same for the socket")
    parser.add_argument("--family", help="auto, legacy or unified, where the venue has families")
    parser.add_argument(
        "--contracts", nargs="+", metavar="CODE", help="always part of a cancel-all"
    )
    parser.add_argument("--demo-trading", action="store_true", help="the venue's paper trading")
    _add_config(parser)


def _accounts_list(parser: _Parser) -> None:
    parser.set_defaults(command="accounts list")
    _add_json(parser)
    _add_config(parser)


def _accounts_remove(parser: _Parser) -> None:
    parser.set_defaults(command="accounts remove")
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    _add_config(parser)


def _accounts_test(parser: _Parser) -> None:
    parser.set_defaults(command="accounts test")
    parser.add_argument("names", metavar="NAME", nargs="*", help="all, if none is named")
    _add_json(parser)
    _add_config(parser)


# --- the record ----------------------------------------------------------------------------------


def _audit(parser: _Parser) -> None:
    add = _commands(parser)
    add("verify", _audit_verify, help="whether a file of the record is as it was written")
    add("show", _audit_show, help="what a file of the record says")
    add("export", _audit_export, help="a file of the record as a table")


def _audit_verify(parser: _Parser) -> None:
    parser.set_defaults(command="audit verify")
    parser.add_argument("--head", metavar="HASH", help="noted from the screen or at the exit")
    _add_file(parser)


def _audit_show(parser: _Parser) -> None:
    parser.set_defaults(command="audit show")
    parser.add_argument("--json", action="store_true", help="for programs")
    _add_filters(parser)
    _add_file(parser)


def _audit_export(parser: _Parser) -> None:
    parser.set_defaults(command="audit export")
    parser.add_argument("--csv", action="store_true", help="comma-separated values (the default)")
    _add_filters(parser)
    _add_file(parser)


def _replay(parser: _Parser) -> None:
    parser.set_defaults(command="replay")
    _add_file(parser)


def _add_filters(parser: _Parser) -> None:
    parser.add_argument("--account", metavar="NAME", help="of one account only")
    parser.add_argument("--kind", metavar="KIND", help="press, outcome, frame, seen, lock ...")
    parser.add_argument("--from", dest="begin", metavar="HH:MM", help="in UTC")
    parser.add_argument("--to", dest="end", metavar="HH:MM", help="in UTC, to its end")


def _add_file(parser: _Parser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path)


# --- what several take ---------------------------------------------------------------------------


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
