"""A BERT encoder as tensors, whoever's file they came in, written as a model that CTranslate2 runs with int8 weights.

Reading files belongs to ``e5_weights.py`` and ``minilm_weights.py``; running the model belongs to ``encoders.py``.
"""

import uuid
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ctranslate2.specs import common_spec, transformer_spec
from tokenizers import Tokenizer

MODEL, TOKENIZER = "model.bin", "tokenizer.json"


@dataclass(frozen=True)
class Linear:
    """``weight``: float32 (outputs, inputs); ``bias``: float32 (outputs,)."""

    weight: np.ndarray
    bias: np.ndarray


@dataclass(frozen=True)
class Norm:
    """Scale and shift of a layer norm, float32 (hidden,)."""

    scale: np.ndarray
    shift: np.ndarray


@dataclass(frozen=True)
class Layer:
    """One layer; ``attention_in``: query, key and value on top of each other."""

    attention_in: Linear
    attention_out: Linear
    attention_norm: Norm
    forward_in: Linear
    forward_out: Linear
    forward_norm: Norm


@dataclass(frozen=True)
class Bert:
    """Tensors of a whole encoder.

    Attributes:
        words: (vocabulary, hidden). positions: (longest text, hidden), with the row of the only token type added.
        unknown: the token that stands for what is not in the vocabulary.
    """

    words: np.ndarray
    positions: np.ndarray
    norm: Norm
    layers: list[Layer]
    heads: int
    epsilon: float
    unknown: int


def write(bert: Bert, tokenizer: Tokenizer, folder: Path) -> None:
    """Write ``model.bin`` (int8) and ``tokenizer.json`` into ``folder``, at once: it appears complete or not."""
    staged = folder.with_name(f"{folder.name}.{uuid.uuid4().hex}.tmp")
    staged.mkdir(parents=True)
    spec = _spec(bert)
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(staged))
    tokenizer.save(str(staged / TOKENIZER), pretty=False)
    try:
        staged.rename(folder)
    except OSError:  # another process was first
        if not (folder / MODEL).is_file():
            raise
        for file in staged.iterdir():
            file.unlink()
        staged.rmdir()


def _spec(bert: Bert) -> transformer_spec.TransformerEncoderModelSpec:
    encoder = transformer_spec.TransformerEncoderSpec(
        len(bert.layers),
        bert.heads,
        pre_norm=False,
        activation=common_spec.Activation.GELU,
        layernorm_embedding=True,
    )
    encoder.scale_embeddings = False
    encoder.embeddings[0].weight = bert.words
    encoder.position_encodings.encodings = bert.positions
    _set_norm(encoder.layernorm_embedding, bert.norm)
    for spec, layer in zip(encoder.layer, bert.layers, strict=True):
        _set_linear(spec.self_attention.linear[0], layer.attention_in)
        _set_linear(spec.self_attention.linear[1], layer.attention_out)
        _set_norm(spec.self_attention.layer_norm, layer.attention_norm)
        _set_linear(spec.ffn.linear_0, layer.forward_in)
        _set_linear(spec.ffn.linear_1, layer.forward_out)
        _set_norm(spec.ffn.layer_norm, layer.forward_norm)
    model = transformer_spec.TransformerEncoderModelSpec(encoder)
    model.register_vocabulary([str(place) for place in range(len(bert.words))])  # texts come as numbers of pieces
    model.config.unk_token = str(bert.unknown)
    model.config.layer_norm_epsilon = bert.epsilon
    return model


def _set_linear(spec: common_spec.LinearSpec, linear: Linear) -> None:
    spec.weight, spec.bias = np.ascontiguousarray(linear.weight), linear.bias


def _set_norm(spec: common_spec.LayerNormSpec, norm: Norm) -> None:
    spec.gamma, spec.beta = norm.scale, norm.shift
