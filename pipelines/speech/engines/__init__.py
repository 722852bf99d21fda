"""Recognisers behind one protocol: sound in, words with times out. Nothing here knows about speakers or files."""

from functools import lru_cache
from pathlib import Path

from pipelines.speech.engines.protocol import BEAM_SIZES, Engine, Recognition, RecognitionOptions, Segment, Word
from pipelines.speech.models import ModelError, ModelFiles, resolve

ENGINES = tuple(BEAM_SIZES)

__all__ = ["BEAM_SIZES", "ENGINES", "Engine", "Recognition", "RecognitionOptions", "Segment", "Word", "load_engine"]


@lru_cache(maxsize=2)
def load_engine(name: str, model: str, cache_dir: Path, threads: int) -> Engine:
    """A recogniser with its model loaded, once per process.

    Raises:
        ModelError: the model cannot be found or its weights are not the expected ones.
    """
    files = resolve(model)
    try:
        return _loaded(name, files, cache_dir, threads)
    except ModelError:
        raise
    except Exception as error:  # of whatever kind the engine's libraries raise
        raise ModelError(f"{name} cannot load the model {model!r}: {str(error).splitlines()[0]}") from error


def _loaded(name: str, files: ModelFiles, cache_dir: Path, threads: int) -> Engine:
    # Imported here: each brings a large library of its own.
    if name == "faster-whisper":
        from pipelines.speech.engines.faster_whisper import FasterWhisper  # noqa: PLC0415

        return FasterWhisper(files, threads)
    if name == "openai-whisper":
        from pipelines.speech.engines.openai_whisper import OpenaiWhisper  # noqa: PLC0415

        return OpenaiWhisper(files, threads, cache_dir)
    raise ModelError(f"no engine {name!r}: one of {', '.join(ENGINES)}")
