"""What Gladia takes in a request; the rest is refused as NestJS does, in sentences."""

from collections.abc import Callable, Mapping
from typing import Any

Check = Callable[[str, Any], list[str]]  # a path and a value; sentences that begin with the path

_CODES = """
    af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha haw he hi hr ht hu hy id is
    it ja jw ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl nn no oc pa pl ps pt ro ru sa sd si sk
    sl sn so sq sr su sv sw ta te tg th tk tl tr tt uk ur uz vi yi yo zh
"""
LANGUAGES = tuple(_CODES.split())


def _must(words: str, holds: Callable[[Any], bool]) -> Check:
    return lambda path, value: [] if holds(value) else [f"{path} must {words}"]


def _one_of(*values: Any) -> Check:
    listed = ", ".join(str(value) for value in values)
    return _must(f"be one of the following values: {listed}", lambda value: value in values)


def _between(low: float, high: float) -> Check:
    def holds(value: Any) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high

    return _must(f"be a number between {low} and {high}", holds)


def _whole(low: int, high: int) -> Check:
    return _must(
        f"be an integer between {low} and {high}",
        lambda value: isinstance(value, int) and not isinstance(value, bool) and low <= value <= high,
    )


def _shape(fields: Mapping[str, Check], required: tuple[str, ...] = ()) -> Check:
    def check(path: str, value: Any) -> list[str]:
        if not isinstance(value, dict):
            return [f"{path} must be an object"]
        inside = {name: f"{path}.{name}" if path else name for name in (*fields, *value)}
        found = [f"{inside[name]} must not be null or undefined" for name in required if name not in value]
        for name, one in value.items():
            if name not in fields:
                found.append(f"{inside[name]} must not exist")
            elif one is not None:
                found += fields[name](inside[name], one)
        return found

    return check


def _each(item: Check) -> Check:
    def check(path: str, value: Any) -> list[str]:
        if not isinstance(value, list):
            return [f"{path} must be an array"]
        return [error for number, one in enumerate(value) for error in item(f"{path}.{number}", one)]

    return check


_FLAG = _must("be a boolean value", lambda value: isinstance(value, bool))
_TEXT = _must("be a string", lambda value: isinstance(value, str))
_OBJECT = _must("be an object", lambda value: isinstance(value, dict))
_ADDRESS = _must("be a URL address", lambda value: isinstance(value, str) and value.startswith(("http://", "https://")))

_LANGUAGE_CONFIG = _shape(
    {
        "languages": _must(
            f"only contain the following values: {', '.join(LANGUAGES)}",
            lambda value: isinstance(value, list) and all(one in LANGUAGES for one in value),
        ),
        "code_switching": _FLAG,
    }
)
_ENTRY = _shape(
    {"value": _TEXT, "intensity": _between(0, 1), "pronunciations": _each(_TEXT), "language": _one_of(*LANGUAGES)},
    required=("value",),
)
_VOCABULARY = _shape(
    {
        "vocabulary": _each(lambda path, value: [] if isinstance(value, str) else _ENTRY(path, value)),
        "default_intensity": _between(0, 1),
    },
    required=("vocabulary",),
)
_ADD_ONS: dict[str, Check] = {
    "custom_vocabulary": _FLAG,
    "custom_vocabulary_config": _VOCABULARY,
    "custom_spelling": _FLAG,
    "custom_spelling_config": _shape({"spelling_dictionary": _OBJECT}),
    "translation": _FLAG,
    "translation_config": _OBJECT,
    "named_entity_recognition": _FLAG,
    "sentiment_analysis": _FLAG,
}
_SUMMARY: dict[str, Check] = {
    "summarization": _FLAG,
    "summarization_config": _shape({"type": _one_of("general", "bullet_points", "concise")}),
}

FLAGS = {
    "receive_partial_transcripts": False,
    "receive_final_transcripts": True,
    "receive_speech_events": True,
    "receive_pre_processing_events": True,
    "receive_realtime_processing_events": True,
    "receive_post_processing_events": True,
    "receive_acknowledgments": True,
    "receive_errors": True,
    "receive_lifecycle_events": False,
}
"""The messages a live session sends, unless it is told otherwise."""

LIVE = _shape(
    {
        "encoding": _one_of("wav/pcm", "wav/alaw", "wav/ulaw"),
        "bit_depth": _one_of(8, 16, 24, 32),
        "sample_rate": _one_of(8000, 16000, 32000, 44100, 48000),
        "channels": _whole(1, 8),
        "custom_metadata": _OBJECT,
        "model": _one_of("solaria-1"),
        "endpointing": _between(0.01, 10),
        "maximum_duration_without_endpointing": _between(5, 60),
        "language_config": _LANGUAGE_CONFIG,
        "pre_processing": _shape({"audio_enhancer": _FLAG, "speech_threshold": _between(0, 1)}),
        "realtime_processing": _shape({**_ADD_ONS, "words_accurate_timestamps": _FLAG}),
        "post_processing": _shape({**_SUMMARY, "chapterization": _FLAG}),
        "messages_config": _shape(dict.fromkeys(FLAGS, _FLAG)),
        "callback": _FLAG,
        "callback_config": _shape({"url": _ADDRESS, **dict.fromkeys(FLAGS, _FLAG)}),
    }
)
PRE_RECORDED = _shape(
    {
        "audio_url": _ADDRESS,
        "model": _one_of("solaria-1", "solaria-3", "solaria-fusion"),
        "language_config": _LANGUAGE_CONFIG,
        "diarization": _FLAG,
        "diarization_config": _OBJECT,
        **_ADD_ONS,
        **_SUMMARY,
        "subtitles": _FLAG,
        "subtitles_config": _OBJECT,
        "sentences": _FLAG,
        "punctuation_enhanced": _FLAG,
        "audio_to_llm": _FLAG,
        "audio_to_llm_config": _OBJECT,
        "pii_redaction": _FLAG,
        "pii_redaction_config": _OBJECT,
        "custom_metadata": _OBJECT,
        "callback": _FLAG,
        "callback_config": _shape({"url": _ADDRESS, "method": _one_of("POST", "PUT")}),
    },
    required=("audio_url",),
)
