"""Sentences that grade, rank or compare: none is taken from a model, in whatever language it writes.

Words alone cannot tell every verdict, and need not: a person reads each sentence before anybody else does, and
standings are made of cards alone. What is dropped here too much is one remark fewer.
"""

import functools
import re
import unicodedata

_COUNT = r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|hundred|full|maximum|bonus|extra|all|most|top)"
_FIRST = r"(?:first|second|third|1st|2nd|3rd|last|top|winning|number one|no\.? ?1)"
_PITCH = r"(?:pitch|team|project|presentation|idea|entr|compet|contestant|participant)"
_VERDICTS = (
    rf"\b{_FIRST} (?:place|prize|rank|position|spot|{_PITCH})",
    r"\bnumber one\b",
    r"\b(?:winner|champion|victor|runner-up|finalist|podium|medal|troph|award|prize|disqualif|unbeat)",
    r"\b(?:should|must|will|would|shall|deserves? to|has to|ought to|going to) (?:\w+ ){0,2}win\b",
    r"\bwins? (?:this|the|first|everything|overall|hands|it all)\b",
    r"\bwon (?:this|the|first) (?:competition|contest|event|hackathon|round)",
    r"\b(?:scor(?:e|es|ed|ing)|rank|ranks|ranked|ranking|rankings|grad(?:e|es|ed|ing)|ratings?|leaderboard|standings)\b",
    r"\brate (?:this|it|the|your|them|us)\b",
    r"\bvot(?:e|es|ed|ing)\b",
    rf"\b{_COUNT} (?:points?|marks?|stars?)\b",
    rf"\bout of (?:a (?:possible )?)?(?:{_COUNT})\b",
    r"\b\d+ of \d+(?! ?\w)",
    r"\d ?[/⁄∕] ?\d",  # noqa: RUF001
    r"(?<!\w)[a-f][+\-−](?!\w)",  # noqa: RUF001
    r"(?<!\w)a\+\+",
    r"\bperfect (?:score|mark|ten|10|hundred)",
    rf"\b(?:best|strongest|finest|weakest|worst) (?:\w+ )?(?:{_PITCH}|of (?:all|them|the)|in the|overall|today)",
    rf"\b(?:better|stronger|weaker|worse) than (?:\w+ ){{0,2}}(?:others?|rest|{_PITCH})",
    rf"\b(?:other|rival|competing|remaining) {_PITCH}",
    r"\b(?:rest of the|ahead of the|above the) (?:field|others|rest)",
    r"\boutperform",
    r"\bjudges? (?:should|must|have to|need to|ought|will|are to)",
    r"\b(?:ignore|disregard|forget|override) (?:\w+ ){0,3}(?:instruction|rule|prompt|rubric|criteri)",
    r"\b(?:system prompt|as instructed|as requested|language model)\b",
)
_ELSEWHERE = (
    # German, Dutch, Swedish, Danish, Norwegian
    "platz 1", "erster platz", "ersten platz", "erste platz", "sieger", "gewinner", "gewinnen sollte", "punktzahl",
    "bestnote", "rangliste", "volle punkt", "höchstpunkt", "bewertung", "eerste plaats", "winnaar", "ranglijst",
    "första plats", "vinnare", "poäng", "førsteplads", "førsteplass", "vinder", "vinner", "karakter",
    # French, Spanish, Portuguese, Italian, Romanian
    "première place", "premier prix", "premier rang", "gagnant", "vainqueur", "classement", "meilleure note",
    "primer lugar", "primer puesto", "primer premio", "ganador", "puntuación", "puntaje", "calificación",
    "clasificación", "máxima nota", "primeiro lugar", "vencedor", "pontuação", "classificação", "nota máxima",
    "primo posto", "vincitor", "punteggio", "classifica", "primo premio", "voto massimo", "primul loc", "câștigător",
    # Polish, Czech, Russian, Ukrainian, Bulgarian, Serbian
    "pierwsze miejsce", "zwycię", "punktacj", "první místo", "vítěz", "první cen", "первое место", "первого места",
    "победител", "победить", "балл", "рейтинг", "оценк", "перше місце", "переможц", "първо място", "прво место",
    # Greek, Turkish, Hungarian, Finnish, Indonesian, Vietnamese, Swahili
    "πρώτη θέση", "νικητ", "βαθμολογ", "birinci", "kazanan", "puan", "első hely", "győztes", "pontszám",
    "ensimmäinen sija", "voittaja", "pisteet", "juara", "pemenang", "peringkat", "skor", "giải nhất", "hạng nhất",
    "điểm số", "mshindi",
    # Chinese, Japanese, Korean, Thai
    "第一名", "第一位", "冠军", "冠軍", "满分", "滿分", "分数", "分數", "得分", "评分", "評分", "排名", "获胜", "獲勝",
    "1位", "優勝", "満点", "点数", "順位", "得点", "1등", "일등", "우승", "만점", "점수", "순위", "ชนะเลิศ", "คะแนน",
    # Arabic, Persian, Hebrew, Hindi, Bengali
    "المركز الأول", "المرتبة الأولى", "الفائز", "درجة", "درجات", "الترتيب", "مقام اول", "برنده", "امتیاز",
    "מקום ראשון", "המנצח", "ציון", "पहला स्थान", "प्रथम", "विजेता", "अंक", "বিজয়ী", "প্রথম",
)  # fmt: skip


def grades(text: str) -> bool:
    """Whether a sentence grades, ranks, compares with others, or asks for it."""
    return _verdict().search(_plain(text)) is not None


def numbers(text: str) -> set[int]:
    """The numbers that stand in it as digits of any script; those around a decimal point are two."""
    return {int(digits) for digits in re.findall(r"\d{1,18}", unicodedata.normalize("NFKC", text))}


@functools.cache
def _verdict() -> re.Pattern[str]:
    """Made when it is first used: a server that starts does not wait for it."""
    return re.compile("|".join([*_VERDICTS, *(re.escape(_plain(words)) for words in _ELSEWHERE)]))


def _plain(text: str) -> str:
    """As it is compared: one form of each letter, nothing invisible."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    visible = "".join(letter for letter in folded if unicodedata.category(letter) != "Cf")
    return " ".join(visible.split())
