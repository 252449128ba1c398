"""Makes the fonts of sheets from those of the pages, once, at set-up: ``python -m pitchscoop.doors.paper.fonts``.

Pages have each face in parts, by script, and browsers take them for one. Typst takes the first part for the whole
face, so here each part is a family of its own, and templates name them one after the other.
"""

import json
from pathlib import Path

from fontTools.ttLib import TTFont

_ASSETS = Path(__file__).parents[1] / "web" / "assets"
_FONTS = Path(__file__).with_name("fonts")
_FAMILY_NAMES = (1, 16, 21)  # in a font's table of names


def main() -> None:
    """Write them beside the templates."""
    _FONTS.mkdir(exist_ok=True)
    files: dict[str, str] = json.loads((_ASSETS / "manifest.json").read_text())
    for name, file in files.items():
        if not name.endswith(".woff2"):
            continue
        font = TTFont(_ASSETS / file)
        font.flavor = None  # not packed
        _rename(font, family(name))
        font.save(_FONTS / f"{name.removesuffix('.woff2')}.ttf")


def family(name: str) -> str:
    """``literata-greek-opsz-normal.woff2`` is ``Literata greek``; Latin and Arabic parts have the face's plain name."""
    words = [
        word for word in name.removesuffix(".woff2").split("-") if word not in ("standard", "opsz", "wght", "normal")
    ]
    face = next(
        face for face in ("noto-sans-arabic", "noto-naskh-arabic", "archivo", "literata") if name.startswith(face)
    )
    part = " ".join(words)[len(face) + 1 :]
    plain = " ".join(word.capitalize() for word in face.split("-"))
    return plain if part in ("latin", "arabic") else f"{plain} {part}"


def _rename(font: TTFont, name: str) -> None:
    table = font["name"]
    for record in list(table.names):
        if record.nameID in _FAMILY_NAMES:
            table.removeNames(nameID=record.nameID)
    for number in _FAMILY_NAMES[:2]:
        table.setName(name, number, 3, 1, 0x409)
        table.setName(name, number, 1, 0, 0)


if __name__ == "__main__":
    main()
