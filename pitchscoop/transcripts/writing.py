"""How speech stands as text, in any script: white space, widths, and where each word is.

Chinese, Japanese, Thai, Lao, Burmese and Khmer put no spaces between words. All others do, Korean too.
"""

import re
import unicodedata
from collections.abc import Iterable

NO_BREAK = "\u00a0\u2007\u202f"
"""Spaces at which a line never breaks, as before the question mark in French."""

_SPACE = re.compile(rf"[\s\x00-\x1f\x7f-\x9f]{{2,}}|[^\S{NO_BREAK}]|[\x00-\x1f\x7f-\x9f]")
_HAN_OR_KANA = "\u2e80-\u312f\u3190-\u9fff\uf900-\ufaff\uff00-\uff9f\U00020000-\U0003ffff"
_IDEOGRAPHS = re.compile(f"[{_HAN_OR_KANA}]")
_UNSPACED = re.compile(f"[{_HAN_OR_KANA}\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_NEAR = 16  # characters: as much as an engine leaves between two words, such as a dash or a "[laughter]"


def tidy(text: str) -> str:
    """With one plain space wherever there is white space or a control character, and none at the ends."""
    return _SPACE.sub(" ", text).strip()


def ideographic(letter: str) -> bool:
    """Whether it is of Chinese or Japanese."""
    return _IDEOGRAPHS.match(letter) is not None


def unspaced(letter: str) -> bool:
    """Whether it is of a script that puts no spaces between words."""
    return _UNSPACED.match(letter) is not None


def width(text: str) -> int:
    """Columns it takes on a screen: two for a wide letter or an emoji, none for what sits on another letter."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def clusters(text: str) -> list[str]:
    """What readers take for single letters: with their marks, a flag as one, and so a family of emoji."""
    found = list[str]()
    for letter in text:
        if found and _belongs(letter, found[-1]):
            found[-1] += letter
        else:
            found.append(letter)
    return found


def places(text: str, words: Iterable[str]) -> tuple[int | None, ...]:
    """Where each word stands in the text; None for one that is not near where it should be.

    A word without letters (a person took it away) stands right behind the one before it.
    """
    at, reach, found = 0, _NEAR, list[int | None]()
    for word in words:
        place = _find(text, word, at, reach)
        found.append(place)
        at, reach = (at, reach + len(word) + 1) if place is None else (place + len(word), _NEAR)
    return tuple(found)


def replaced(text: str, at: int, old: str, new: str) -> str:
    """The text with another word at a place. Spaces go with a word that is taken away, and come with one put in."""
    before, after = text[:at], text[at + len(old) :]
    if old and not new:
        both = before[-1:].isspace() and after[:1].isspace()
        return (before[: len(before) - both] + after).strip(" ")
    if new and not old:
        return spelled((before, spelled((new, after))))
    return before + new + after


def spelled(words: Iterable[str]) -> str:
    """Words as text, with spaces where their scripts have them."""
    text = ""
    for word in filter(None, words):
        joined = not text or text[-1].isspace() or word[0].isspace() or (unspaced(text[-1]) and unspaced(word[0]))
        text += word if joined else f" {word}"
    return text


def undressed(word: str) -> tuple[str, str, str]:
    """The punctuation before a word, the bare word, and the punctuation after it."""
    begin, end = 0, len(word)
    while begin < end and _punctuation(word[begin]):
        begin += 1
    while begin < end and _punctuation(word[end - 1]):
        end -= 1
    return word[:begin], word[begin:end], word[end:]


def _columns(letter: str) -> int:
    if unicodedata.east_asian_width(letter) in "WF":
        return 2
    return 0 if unicodedata.category(letter) in ("Mn", "Me", "Cf") else 1


def _punctuation(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "PSZ"


def _belongs(letter: str, before: str) -> bool:
    """Whether it is one with the letters before it."""
    if before[-1] == "\u200d" or unicodedata.category(letter) in ("Mn", "Mc", "Me", "Cf"):
        return True
    if "\U0001f3fb" <= letter <= "\U0001f3ff":  # a tone of skin
        return True
    return len(before) == 1 and all("\U0001f1e6" <= half <= "\U0001f1ff" for half in (before, letter))


def _find(text: str, word: str, at: int, reach: int) -> int | None:
    if not word:
        return at
    begin = at
    while begin < len(text) and text[begin].isspace():
        begin += 1
    if text.startswith(word, begin):
        return begin
    place = text.find(word, begin, begin + reach + len(word))
    while place >= 0 and (_within(text, place) or _within(text, place + len(word))):
        place = text.find(word, place + 1, begin + reach + len(word))
    return place if place >= 0 else None


def _within(text: str, at: int) -> bool:
    """Whether the place is inside a word, as far as the script shows it."""
    pair = text[at - 1 : at + 1] if at else ""
    return len(pair) == 2 and pair.isalnum() and not unspaced(pair[0]) and not unspaced(pair[1])  # noqa: PLR2004
