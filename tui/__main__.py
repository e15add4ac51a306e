"""The first thing that runs, as the `killdesk` command and as `python -m tui`."""

import sys


def main() -> int:
    """Runs the command line; the exit code. What interrupts its loading is one sentence, too."""
    try:
        from tui.cli.main import main as run

        return run()
    except KeyboardInterrupt:
        sys.stderr.write("killdesk: interrupted; nothing was sent\n")
        return 130


if __name__ == "__main__":
    sys.exit(main())
