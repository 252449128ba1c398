"""A Whisper model of 2 MB that says what it is told to, whatever it hears: real files for the real loading code.

Its decoder does not attend to what it hears: from each token of a script follows the next. Yet the encoder, the
alignment of words with the sound, and the voice detection before all that do their real work.
"""

import asyncio
import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ctranslate2.specs import WhisperSpec
from faster_whisper.tokenizer import _LANGUAGE_CODES
from numpy.typing import NDArray
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from pitchscoop.adapters.whisper import WhisperTranscriber
from pitchscoop.kernel.errors import Problem
from pitchscoop.transcripts.ports import Heard, Speech
from tests import speech

SCRIPT = (0.0, "Good", "morning,", "judges.", 4.0, 4.02, "We", "sell", "umbrellas.", 9.0)
"""Words, and seconds between utterances: two where one ends and the next begins."""
ENGLISH = Speech(16000, "en")

_WIDTH, _HEADS, _MELS = 64, 2, 80
_CERTAIN = 4.0  # nearly all probability goes to the next token of the script
_LANGUAGES = [f"<|{code}|>" for code in _LANGUAGE_CODES]
_TIMES = [f"<|{hundredths / 50:.2f}|>" for hundredths in range(1501)]
_SPECIAL = [
    "<|endoftext|>", "<|startoftranscript|>", *_LANGUAGES, "<|translate|>", "<|transcribe|>", "<|startoflm|>",
    "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>", *_TIMES,
]  # fmt: skip


def make(folder: Path, script: tuple[str | float, ...] = SCRIPT, language: str | None = "en") -> Path:
    """Write a model to a new folder. ``language`` is the one it hears in everything; None: it knows English only."""
    folder.mkdir(parents=True)
    words = [f"\u0120{word}" for word in script if isinstance(word, str)]  # a byte-level space before each
    bytewise = sorted(pre_tokenizers.ByteLevel.alphabet())
    text = [*bytewise, *words, "" if language else "none"]  # the empty token makes a model multilingual
    tokens = [*text, *_SPECIAL]
    said = [f"\u0120{part}" if isinstance(part, str) else f"<|{part:.2f}|>" for part in script]
    start = ["<|startoftranscript|>", *([f"<|{language}|>", "<|transcribe|>"] if language else [])]
    follows = [*itertools.pairwise([*start, *said, "<|endoftext|>"]), ("<|notimestamps|>", words[0])]
    _spec(tokens, follows).save(str(folder))
    _tokenizer(text).save(str(folder / "tokenizer.json"))
    (folder / "preprocessor_config.json").write_text(json.dumps({"feature_size": _MELS}))
    return folder


def engine(model: Path, device: str = "cpu", idle: float = 60, patience: float = 60) -> WhisperTranscriber:
    """An engine on a model made here."""
    return WhisperTranscriber(str(model), device, Path("nowhere"), {}, idle=idle, patience=patience)


async def heard(engine: WhisperTranscriber, audio: Path = speech.FLAC, spoken: Speech = ENGLISH) -> Heard:
    """What the engine writes down."""

    async def begun(job: str) -> None:
        raise AssertionError(job)

    async with asyncio.timeout(120):
        return await engine.transcribe(audio, spoken, None, begun)


async def refused(engine: WhisperTranscriber, audio: Path = speech.FLAC, spoken: Speech = ENGLISH) -> Problem:
    """Why it does not."""
    with pytest.raises(Problem) as caught:
        await heard(engine, audio, spoken)
    return caught.value


def process(engine: WhisperTranscriber) -> int:
    """The number of its process."""
    assert engine._process._process is not None
    return engine._process._process.pid


def _tokenizer(text: list[str]) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE(vocab={token: number for number, token in enumerate(text)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in _SPECIAL])
    return tokenizer


def _spec(tokens: list[str], follows: list[tuple[str, str]]) -> Any:
    spec = WhisperSpec(1, _HEADS, 1, _HEADS)
    spec.register_vocabulary(tokens)
    spec.config.alignment_heads = [(0, 0)]
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = []
    spec.config.lang_ids = [tokens.index(language) for language in _LANGUAGES]
    _encoder(spec.encoder)
    decoder = spec.decoder
    decoder.position_encodings.encodings = np.zeros((448, _WIDTH), np.float32)
    decoder.embeddings.weight = np.zeros((len(tokens), _WIDTH), np.float32)
    decoder.projection.weight = np.zeros((len(tokens), _WIDTH), np.float32)
    for number, (token, after) in enumerate(follows):
        decoder.embeddings.weight[tokens.index(token), number] = 1
        decoder.projection.weight[tokens.index(after), number] = _CERTAIN
    _norm(decoder.layer_norm)
    for layer in decoder.layer:
        _silent(layer.self_attention, (3 * _WIDTH, _WIDTH))
        _silent(layer.attention, (_WIDTH, 2 * _WIDTH, _WIDTH))
        _feed(layer.ffn, 0)
    spec.validate()
    return spec


def _encoder(encoder: Any) -> None:
    encoder.conv1.weight, encoder.conv1.bias = _random(_WIDTH, _MELS, 3) / 15, _zeros(_WIDTH)
    encoder.conv2.weight, encoder.conv2.bias = _random(_WIDTH, _WIDTH, 3) / 10, _zeros(_WIDTH)
    encoder.position_encodings.encodings = _random(1500, _WIDTH)
    _norm(encoder.layer_norm)
    for layer in encoder.layer:
        _silent(layer.self_attention, (3 * _WIDTH, _WIDTH))
        _feed(layer.ffn, 1)


def _silent(attention: Any, sizes: tuple[int, ...]) -> None:
    """Attention that looks where it likes, and adds nothing."""
    _norm(attention.layer_norm)
    for linear, size in zip(attention.linear, sizes, strict=True):
        linear.weight, linear.bias = _random(size, _WIDTH) / 4, _zeros(size)
    attention.linear[-1].weight = np.zeros((_WIDTH, _WIDTH), np.float32)


def _feed(layer: Any, weight: float) -> None:
    _norm(layer.layer_norm)
    layer.linear_0.weight, layer.linear_0.bias = _random(4 * _WIDTH, _WIDTH), _zeros(4 * _WIDTH)
    layer.linear_1.weight, layer.linear_1.bias = weight * _random(_WIDTH, 4 * _WIDTH), _zeros(_WIDTH)


def _norm(layer: Any) -> None:
    layer.gamma, layer.beta = np.ones(_WIDTH, np.float32), _zeros(_WIDTH)


def _random(*shape: int) -> NDArray[np.float32]:
    return np.random.default_rng(shape).normal(0, 1, shape).astype(np.float32)


def _zeros(size: int) -> NDArray[np.float32]:
    return np.zeros(size, np.float32)
