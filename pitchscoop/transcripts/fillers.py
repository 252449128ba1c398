"""Sounds people make while they look for a word, by language.

Only sounds that are never a word of the language: "um" is one in German and in Portuguese, "er" in German and in
Dutch. Words that may be fillers ("like", "also", "enfin") are left alone, since only their sense would tell.
"""

import re

from pitchscoop.transcripts.writing import undressed

_SOUNDS = {
    "de": {"äh": "ä+h+", "ähm": "ä+h*m+", "öh": "ö+h+m*", "ehm": "e+hm+", "hm": "h+m+"},
    "en": {"um": "u+h?m+", "uh": "u+h+", "er": "er", "erm": "e+rm+", "hm": "h+m+|m{3,}"},
    "es": {"eh": "e+h+", "em": "e+h?m+", "mmm": "m{3,}"},
    "fr": {"euh": "e+u+h+|h+e+u+", "hum": "h+u+m+"},
    "it": {"ehm": "e+h+m+", "uhm": "u+h+m+", "mmm": "m{3,}"},
    "nl": {"eh": "e+h+", "ehm": "e+h+m+", "uh": "u+h+", "uhm": "u+h+m+", "euh": "e+u+h+", "hm": "h+m+"},
    "pt": {"hum": "h+u+m+", "ahn": "a+h+n+"},
}
_KNOWN = {
    language: {label: re.compile(pattern) for label, pattern in sounds.items()} for language, sounds in _SOUNDS.items()
}

LANGUAGES = frozenset(_KNOWN)
"""Whose fillers are known, by ISO 639-1 code."""


def filler(word: str, language: str | None) -> str | None:
    """The filler a word is, in its plain form ("um" for "Ummm,"), or None. Capitals throughout are an abbreviation."""
    bare = undressed(word)[1]
    if len(bare) > 1 and bare.isupper():
        return None
    sounds = _KNOWN.get(language or "", {})
    return next((label for label, sound in sounds.items() if sound.fullmatch(bare.casefold())), None)
