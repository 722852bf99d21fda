"""Turn a CTranslate2 Whisper model into an openai-whisper checkpoint, so that both engines run the same weights.

The tensors map one to one; only the fused query-key-value projections have to be split. The binary layout is
CTranslate2's model format, version 6 (``ctranslate2/specs/model_spec.py``).
"""

import json
import struct
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch
from numpy.typing import NDArray

from pipelines.speech.audio import sha256_of
from pipelines.speech.models import ModelError, ModelFiles

FORMAT_VERSION = 6
DTYPES = (np.float32, np.int8, np.int16, np.int32, np.float16)
CONVERTER_VERSION = 1

Tensors = dict[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Checkpoint:
    """A converted model: the ``.pt`` file and the attention heads whose weights follow the words (layers x heads)."""

    path: Path
    alignment_heads: torch.Tensor


def is_ctranslate2(path: Path) -> bool:
    return (path / "model.bin").is_file()


def converted(files: ModelFiles, cache_dir: Path) -> Checkpoint:
    """The checkpoint for ``files``, converted unless an intact one lies in ``cache_dir`` (checked by its hash)."""
    assert files.path is not None
    target = cache_dir / f"{files.name}-{files.sha256[:16]}-v{CONVERTER_VERSION}.pt"
    digest = target.with_suffix(".sha256")
    if not (target.is_file() and digest.is_file() and sha256_of(target) == digest.read_text().strip()):
        _convert(files.path / "model.bin", target, digest)
    dims = torch.load(target, weights_only=True, mmap=True)["dims"]
    return Checkpoint(target, _alignment_heads(files.path / "config.json", dims))


def _convert(model_bin: Path, target: Path, digest: Path) -> None:
    tensors = dict(_read_tensors(model_bin))
    state = {name: torch.from_numpy(tensor.copy()) for name, tensor in _renamed(tensors)}
    target.parent.mkdir(parents=True, exist_ok=True)
    staged = target.with_suffix(f".{uuid.uuid4().hex}.tmp")
    torch.save({"dims": _dims(tensors), "model_state_dict": state}, staged)
    digest.write_text(sha256_of(staged))
    staged.replace(target)


def _alignment_heads(config: Path, dims: dict[str, int]) -> torch.Tensor:
    heads = torch.zeros(dims["n_text_layer"], dims["n_text_head"], dtype=torch.bool)
    listed = json.loads(config.read_text()).get("alignment_heads", []) if config.is_file() else []
    for layer, head in listed:
        heads[layer, head] = True
    if not listed:
        heads[dims["n_text_layer"] // 2 :] = True  # whisper's own default
    return heads


def _read_tensors(model_bin: Path) -> Iterator[tuple[str, NDArray[np.float32]]]:
    with model_bin.open("rb") as file:
        version = _number(file, "I")
        kind = _text(file)
        _number(file, "I")  # revision of the spec
        if version != FORMAT_VERSION or kind != "WhisperSpec":
            raise ModelError(f"{model_bin}: not a Whisper model in CTranslate2 format {FORMAT_VERSION}")
        for _ in range(_number(file, "I")):
            name = _text(file)
            shape = [_number(file, "I") for _ in range(_number(file, "B"))]
            dtype = DTYPES[_number(file, "B")]
            data = file.read(_number(file, "I"))
            yield name, np.frombuffer(data, dtype=dtype).reshape(shape).astype(np.float32)


def _number(file: BinaryIO, kind: str) -> int:
    return int(struct.unpack(f"<{kind}", file.read(struct.calcsize(kind)))[0])


def _text(file: BinaryIO) -> str:
    return file.read(_number(file, "H"))[:-1].decode()


def _dims(tensors: Tensors) -> dict[str, int]:
    audio, text = tensors["encoder/position_encodings/encodings"], tensors["decoder/position_encodings/encodings"]
    return {
        "n_mels": tensors["encoder/conv1/weight"].shape[1],
        "n_audio_ctx": audio.shape[0],
        "n_audio_state": audio.shape[1],
        "n_audio_head": int(tensors["encoder/num_heads"]),
        "n_audio_layer": _layers(tensors, "encoder"),
        "n_vocab": tensors["decoder/embeddings/weight"].shape[0],
        "n_text_ctx": text.shape[0],
        "n_text_state": text.shape[1],
        "n_text_head": int(tensors["decoder/num_heads"]),
        "n_text_layer": _layers(tensors, "decoder"),
    }


def _layers(tensors: Tensors, side: str) -> int:
    return len({name.split("/")[1] for name in tensors if name.startswith(f"{side}/layer_") and name.count("/") > 2})


def _renamed(tensors: Tensors) -> Iterator[tuple[str, NDArray[np.float32]]]:
    yield "encoder.positional_embedding", tensors["encoder/position_encodings/encodings"]
    yield "decoder.positional_embedding", tensors["decoder/position_encodings/encodings"]
    yield "decoder.token_embedding.weight", tensors["decoder/embeddings/weight"]
    for conv in ("conv1", "conv2"):
        yield f"encoder.{conv}.weight", tensors[f"encoder/{conv}/weight"]
        yield f"encoder.{conv}.bias", tensors[f"encoder/{conv}/bias"]
    yield from _norm(tensors, "encoder/layer_norm", "encoder.ln_post")
    yield from _norm(tensors, "decoder/layer_norm", "decoder.ln")
    for side in ("encoder", "decoder"):
        for index in range(_layers(tensors, side)):
            source, target = f"{side}/layer_{index}", f"{side}.blocks.{index}"
            yield from _self_attention(tensors, f"{source}/self_attention", f"{target}.attn")
            yield from _feed_forward(tensors, f"{source}/ffn", target)
            if side == "decoder":
                yield from _cross_attention(tensors, f"{source}/attention", f"{target}.cross_attn")


def _linear(tensors: Tensors, source: str, target: str) -> Iterator[tuple[str, NDArray[np.float32]]]:
    yield f"{target}.weight", tensors[f"{source}/weight"]
    yield f"{target}.bias", tensors[f"{source}/bias"]


def _norm(tensors: Tensors, source: str, target: str) -> Iterator[tuple[str, NDArray[np.float32]]]:
    yield f"{target}.weight", tensors[f"{source}/gamma"]
    yield f"{target}.bias", tensors[f"{source}/beta"]


def _self_attention(tensors: Tensors, source: str, target: str) -> Iterator[tuple[str, NDArray[np.float32]]]:
    names = ("query", "key", "value")
    yield from _split(tensors, f"{source}/linear_0", target, names)
    yield from _linear(tensors, f"{source}/linear_1", f"{target}.out")
    yield from _norm(tensors, f"{source}/layer_norm", f"{target}_ln")


def _cross_attention(tensors: Tensors, source: str, target: str) -> Iterator[tuple[str, NDArray[np.float32]]]:
    yield from _linear(tensors, f"{source}/linear_0", f"{target}.query")
    yield from _split(tensors, f"{source}/linear_1", target, ("key", "value"))
    yield from _linear(tensors, f"{source}/linear_2", f"{target}.out")
    yield from _norm(tensors, f"{source}/layer_norm", f"{target}_ln")


def _split(
    tensors: Tensors, source: str, target: str, names: tuple[str, ...]
) -> Iterator[tuple[str, NDArray[np.float32]]]:
    weights = np.split(tensors[f"{source}/weight"], len(names))
    biases = np.split(tensors[f"{source}/bias"], len(names))
    for name, weight, bias in zip(names, weights, biases, strict=True):
        yield f"{target}.{name}.weight", weight
        if name != "key":  # Whisper's keys have no bias; CTranslate2 stores zeros
            yield f"{target}.{name}.bias", bias


def _feed_forward(tensors: Tensors, source: str, target: str) -> Iterator[tuple[str, NDArray[np.float32]]]:
    yield from _linear(tensors, f"{source}/linear_0", f"{target}.mlp.0")
    yield from _linear(tensors, f"{source}/linear_1", f"{target}.mlp.2")
    yield from _norm(tensors, f"{source}/layer_norm", f"{target}.mlp_ln")
