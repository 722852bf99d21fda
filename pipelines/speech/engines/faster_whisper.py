"""faster-whisper (CTranslate2, int8 on the CPU): the default engine."""

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.transcribe import Segment as RawSegment
from numpy.typing import NDArray

from pipelines.speech.engines.protocol import BEAM_SIZES, SEED, Recognition, RecognitionOptions, Segment, Word
from pipelines.speech.models import ModelFiles


class FasterWhisper:
    """One loaded model; ``recognise`` may be called for any number of channels and files."""

    name = "faster-whisper"

    def __init__(self, files: ModelFiles, threads: int) -> None:
        self.model, self.model_id = files.name, files.model_id
        self._model = WhisperModel(
            str(files.path or files.name), device="cpu", compute_type="int8", cpu_threads=threads
        )
        self.is_multilingual = bool(self._model.model.is_multilingual)

    def recognise(self, samples: NDArray[np.float32], options: RecognitionOptions) -> Recognition:
        ctranslate2.set_random_seed(SEED)
        segments, info = self._model.transcribe(
            samples,
            language=options.language,
            beam_size=BEAM_SIZES[self.name],
            word_timestamps=True,
            hotwords=", ".join(options.hints) or None,
        )
        return Recognition(tuple(_segment(segment) for segment in segments), info.language, info.language_probability)


def _segment(segment: RawSegment) -> Segment:
    words = tuple(
        Word(float(word.start), float(word.end), word.word, float(word.probability)) for word in segment.words or ()
    )
    return Segment(words, segment.avg_logprob, segment.no_speech_prob, segment.compression_ratio)
