"""``python -m pitchscoop`` and the ``pitchscoop`` command."""

import signal

if _heeded := signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else whoever started us has it ignored
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # imports take a second: Ctrl-C amid them ends us without a word

from pitchscoop import cli


def main() -> None:
    """Run a command. From here on Ctrl-C closes what is open."""
    if _heeded:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    cli.main()


if __name__ == "__main__":
    main()
