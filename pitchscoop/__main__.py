"""``python -m pitchscoop`` and the ``pitchscoop`` command."""

from pitchscoop.cli import main

if __name__ == "__main__":
    main()
