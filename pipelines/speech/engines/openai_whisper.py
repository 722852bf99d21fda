"""openai-whisper (PyTorch): the reference implementation, on the same weights as the default engine."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
import whisper
from numpy.typing import NDArray

from pipelines.speech.engines.convert import converted, is_ctranslate2
from pipelines.speech.engines.protocol import BEAM_SIZES, SEED, Recognition, RecognitionOptions, Segment, Word
from pipelines.speech.models import ModelFiles


class OpenaiWhisper:
    """One loaded model. A CTranslate2 model is converted to an openai checkpoint once, under ``cache_dir``."""

    name = "openai-whisper"

    def __init__(self, files: ModelFiles, threads: int, cache_dir: Path) -> None:
        self.model, self.model_id = files.name, files.model_id
        torch.set_num_threads(threads)
        if files.path is None:
            self._model = whisper.load_model(files.name, device="cpu")
        elif is_ctranslate2(files.path):
            checkpoint = converted(files, cache_dir / "models")
            self._model = whisper.load_model(str(checkpoint.path), device="cpu")
            self._model.register_buffer("alignment_heads", checkpoint.alignment_heads.to_sparse(), persistent=False)
        else:
            self._model = whisper.load_model(str(files.path), device="cpu")
        self.is_multilingual = bool(self._model.is_multilingual)

    def recognise(self, samples: NDArray[np.float32], options: RecognitionOptions) -> Recognition:
        torch.manual_seed(SEED)
        result = whisper.transcribe(
            self._model,
            samples,
            language=options.language if self.is_multilingual else "en",
            # As whisper.transcribe does by itself; on the CPU five beams took three times as long (README, decisions).
            beam_size=BEAM_SIZES[self.name],
            best_of=5,
            word_timestamps=True,
            initial_prompt=", ".join(options.hints) or None,
            fp16=False,
        )
        return Recognition(tuple(_segment(segment) for segment in result["segments"]), result["language"], 1.0)


def _segment(segment: dict[str, Any]) -> Segment:
    words = tuple(
        Word(float(w["start"]), float(w["end"]), w["word"], float(w["probability"])) for w in segment["words"]
    )
    return Segment(words, segment["avg_logprob"], segment["no_speech_prob"], segment["compression_ratio"])
