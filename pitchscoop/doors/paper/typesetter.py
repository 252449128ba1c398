"""Sets one sheet: plain values as JSON on standard input, a PDF on standard output. Started by ``press.py``.

It imports nothing of PitchScoop, so that it is there at once.
"""

import sys
from pathlib import Path

import typst

_HERE = Path(__file__).parent


def main(template: str) -> None:
    """Set what comes in by ``TEMPLATE.typ``. The values go in as one string, which the template reads as data."""
    document = typst.compile(
        _HERE / f"{template}.typ",
        root=_HERE,  # a template reads what lies here, and nothing else
        font_paths=[_HERE / "fonts"],
        sys_inputs={"sheet": sys.stdin.buffer.read().decode()},
        pdf_standards="1.7",
    )
    sys.stdout.buffer.write(document)


if __name__ == "__main__":
    main(sys.argv[1])
