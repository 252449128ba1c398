"""Names of languages in English: those that speech engines write down, by ISO 639-1 or, where it has none, -3."""

_TABLE = """\
af Afrikaans,am Amharic,ar Arabic,as Assamese,az Azerbaijani,ba Bashkir,be Belarusian,bg Bulgarian,bn Bengali,
bo Tibetan,br Breton,bs Bosnian,ca Catalan,cs Czech,cy Welsh,da Danish,de German,el Greek,en English,es Spanish,
et Estonian,eu Basque,fa Persian,fi Finnish,fo Faroese,fr French,ga Irish,gl Galician,gu Gujarati,ha Hausa,
haw Hawaiian,he Hebrew,hi Hindi,hr Croatian,ht Haitian Creole,hu Hungarian,hy Armenian,id Indonesian,is Icelandic,
it Italian,ja Japanese,jv Javanese,jw Javanese,ka Georgian,kk Kazakh,km Khmer,kn Kannada,ko Korean,la Latin,
lb Luxembourgish,ln Lingala,lo Lao,lt Lithuanian,lv Latvian,mg Malagasy,mi Maori,mk Macedonian,ml Malayalam,
mn Mongolian,mr Marathi,ms Malay,mt Maltese,my Burmese,ne Nepali,nl Dutch,nn Norwegian Nynorsk,no Norwegian,
oc Occitan,pa Punjabi,pl Polish,ps Pashto,pt Portuguese,ro Romanian,ru Russian,sa Sanskrit,sd Sindhi,si Sinhala,
sk Slovak,sl Slovenian,sn Shona,so Somali,sq Albanian,sr Serbian,su Sundanese,sv Swedish,sw Swahili,ta Tamil,
te Telugu,tg Tajik,th Thai,tk Turkmen,tl Tagalog,tr Turkish,tt Tatar,uk Ukrainian,ur Urdu,uz Uzbek,vi Vietnamese,
wo Wolof,yi Yiddish,yo Yoruba,yue Cantonese,zh Chinese,zu Zulu"""

_OLD = {"jw"}
"""Codes that engines still write, and nobody should choose."""

_NAMES = dict(entry.strip().split(" ", 1) for entry in _TABLE.split(","))


def language(code: str) -> str:
    """``English`` for ``en`` or ``en-GB``; a code that is not known as it is."""
    return _NAMES.get(code.replace("_", "-").partition("-")[0].lower(), code)


def languages(chosen: str | None = None) -> list[tuple[str, str]]:
    """All codes to choose from and their names, by name; ``chosen`` is among them, as programs may choose another."""
    names = {code: name for code, name in _NAMES.items() if code not in _OLD}
    if chosen and chosen not in names:
        names[chosen] = f"{language(chosen)} ({chosen})"
    return sorted(names.items(), key=lambda entry: entry[1])
