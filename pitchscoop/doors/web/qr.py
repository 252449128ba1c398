"""A link as a code to be scanned, made here: no third party learns of it."""

import io

import segno


def qr_svg(url: str) -> str:
    """The code as an SVG that fills what it is put into, dark on white whatever the page's colours."""
    out = io.BytesIO()
    code = segno.make(url, error="m", micro=False)
    colours = {"dark": "#000", "light": "#fff"}
    code.save(out, kind="svg", xmldecl=False, omitsize=True, border=4, svgclass="qr", lineclass=None, **colours)
    return out.getvalue().decode().strip()
