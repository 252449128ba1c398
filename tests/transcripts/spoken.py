"""Speech with word times, in many scripts."""

import itertools

from hypothesis import strategies as st

from pitchscoop.transcripts.model import Transcript, Utterance, Word
from pitchscoop.transcripts.writing import tidy, unspaced, width

ENGLISH = (
    "Good evening, everyone. We are Kelpline, and we turn seaweed into packaging that a fish could eat.",
    (
        "Every year eleven million tonnes of plastic end up in the sea, "
        "and most of it was used only once, for less than an hour."
    ),
    "Yes.",
    (
        "So what do we do? We farm kelp along the coast of Brittany, where nobody else wants to farm, "
        "dry it with the heat of a data centre, and press it into trays."
    ),
)
SCRIPTS = {
    "ar": "مساء الخير جميعًا. نحن فريق النور، ونحوّل الأعشاب البحرية إلى عبوات يمكن للأسماك أن تأكلها.",
    "he": "ערב טוב לכולם. אנחנו Kelpline, ואנחנו הופכים אצות לאריזות ש־95% מהן מתפרקות בים.",
    "zh": "我们做的是海藻包装。每年有一千一百万吨塑料流入海洋，其中大部分只使用了一次，不到一个小时。",  # noqa: RUF001
    "ja": "昨日、私たちは新しいプロトタイプを完成させました。これは「ケルプライン」と呼ばれ、海藻から作られています。",
    "ko": "안녕하세요. 저희는 해조류로 포장재를 만드는 팀입니다. 매년 천백만 톤의 플라스틱이 바다로 흘러갑니다.",
    "th": "สวัสดีค่ะ พวกเราคือทีมเคลป์ไลน์ เราเปลี่ยนสาหร่ายทะเลให้เป็นบรรจุภัณฑ์ที่ปลากินได้",
    "hi": "नमस्ते। हम केल्पलाइन हैं, और हम समुद्री शैवाल से ऐसी पैकेजिंग बनाते हैं जिसे मछलियाँ खा सकती हैं।",
    "fr": "Bonsoir à tous\u202f! Qui, ici, n’a jamais jeté une barquette après une heure d’usage\u202f?",  # noqa: RUF001
    "emoji": "We 👩‍👩‍👧‍👦 love 🇫🇷 and 👍🏽 a lot — kelp " + 30 * "🌿" + " forever!",
}


def said(text: str, start: float = 0.0, *, name: str = "0", language: str | None = None) -> Utterance:
    """An utterance whose words take 65 ms a column, with breath after a sentence.

    Letters stand for words where a script has no spaces.
    """
    words, at = list[Word](), start
    for token in text.split():
        parts = list(token) if any(map(unspaced, token)) else [token]
        for part in parts:
            end = at + 0.065 * width(part)
            words.append(Word(word=part, start=round(at, 3), end=round(end, 3), confidence=0.9))
            at = end + 0.03 + 0.4 * (part[-1] in ".!?。")
    return Utterance(id=name, start=start, end=words[-1].end, text=text, words=tuple(words), language=language)


def talk(texts: tuple[str, ...], minutes: float, breath: float = 0.4) -> Transcript:
    """The texts over and over for at least so long."""
    spoken, at = list[Utterance](), 0.5
    for number, text in enumerate(itertools.cycle(texts)):
        if at > 60 * minutes:
            break
        spoken.append(said(text, at, name=str(number)))
        at = spoken[-1].end + breath
    return Transcript(status="ready", language="en").holding(tuple(spoken))


def bare(text: str) -> str:
    """Without white space and control characters."""
    return tidy(text).translate(dict.fromkeys(map(ord, " \u00a0\u2007\u202f")))


LETTERS = st.one_of(
    st.sampled_from("aeiounst.,?!-–&<>\"'0123456789"),  # noqa: RUF001
    st.sampled_from("אבגדהمرحباу́हिंदी我们テスト「」。、안녕สวัส"),
    st.sampled_from(
        ["👩‍👩‍👧", "🇩🇪", "👍🏽", "\u200f", "\u200d", "e\u0301", "\u00a0", "\u202f", "\x00", "-->", "<b>", "&amp;"]
    ),
    st.characters(codec="utf-8"),
)
SHORT = st.lists(LETTERS, max_size=6).map("".join)
WORDS = st.one_of(
    SHORT,
    SHORT.map(lambda word: 40 * word),
    st.just(""),  # taken away by a person
)
TIMES = st.floats(-1, 1800, allow_nan=False).map(lambda time: round(time, 3))


@st.composite
def utterances(draw: st.DrawFn) -> Utterance:
    """What an engine may give: words that spell the text or not, times in order or not."""
    written = draw(st.lists(WORDS, max_size=8))
    text = draw(st.sampled_from([" ", "  ", "\n", "", "\u2028"])).join(written)
    begin, sane = draw(TIMES), draw(st.booleans())
    words = list[Word]()
    for number, word in enumerate(written):
        start = begin + 0.3 * number if sane else draw(TIMES)
        words.append(Word(word=word, start=start, end=start + 0.25 if sane else draw(TIMES)))
    kept = draw(st.sampled_from([tuple(words), tuple(words[::2]), tuple(reversed(words)), ()]))
    return Utterance(id=str(draw(st.integers())), start=begin, end=draw(TIMES), text=text, words=kept)


TRANSCRIPTS = st.lists(utterances(), max_size=4).map(lambda spoken: Transcript().holding(tuple(spoken)))
