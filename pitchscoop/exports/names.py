"""Names of folders and files that every system takes, Windows included."""

import itertools
import re
import unicodedata

_FORBIDDEN = re.compile(r'[<>:"/\\|?*]+')
_RESERVED = re.compile(r"(con|prn|aux|nul|clock\$|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\.|$)", re.IGNORECASE)
_LONGEST = 100  # bytes in UTF-8: Linux takes 255 for a name, old programs on Windows 260 signs for a whole path
_JOINERS = "\u200c\u200d"  # invisible, but Persian words and families of emoji are written with them


def legal(name: str, otherwise: str) -> str:
    """The name as a file's name; ``otherwise`` where nothing of it is left.

    Invisible signs go: among them are those that turn the direction of what follows, and so can hide a name's end.
    """
    visible = "".join(
        letter for letter in unicodedata.normalize("NFC", name) if letter in _JOINERS or not _is_invisible(letter)
    )
    cut = _FORBIDDEN.sub("_", visible).strip(" .").encode()[:_LONGEST].decode(errors="ignore").strip(f" .{_JOINERS}")
    return f"_{cut}" if _RESERVED.match(cut) else cut or otherwise


def _is_invisible(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp")


class Taken:
    """Names in use, compared as those systems do that compare the least: without case, accents in either form."""

    def __init__(self) -> None:
        self._names: set[str] = set()

    def unique(self, name: str) -> str:
        """The name, or with a number where it is in use already; from here on it is."""
        candidates = itertools.chain([name], (f"{name} ({number})" for number in itertools.count(2)))
        found = next(candidate for candidate in candidates if _compared(candidate) not in self._names)
        self._names.add(_compared(found))
        return found


def _compared(name: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
