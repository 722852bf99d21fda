"""Generated sound for tests: bursts of noise in the rhythm of talk, written in any format PyAV can write."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

RATE = 16_000


def bursts(seconds: float, on: float = 1.0, off: float = 1.0, start: float = 0.0, seed: int = 0) -> NDArray[np.float32]:
    """Noise that is on and off in turns from ``start`` seconds on: a party to a conversation, for loudness at least."""
    time = np.arange(int(seconds * RATE)) / RATE - start
    is_on = (time >= 0) & (np.mod(time, on + off) < on)
    return (np.random.default_rng(seed).standard_normal(len(time)) * 0.1 * is_on).astype(np.float32)


def write(path: Path, channels: NDArray[np.float32], codec: str = "pcm_s16le", rate: int = RATE) -> Path:
    """``channels`` (channels x samples at 16 kHz) as a file of the format that the path's ending names."""
    count = len(channels)
    layout = {1: "mono", 2: "stereo"}.get(count, f"{count}c")
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        wanted = stream.codec_context.format.name
        resampler = av.AudioResampler(format=wanted, layout=layout, rate=rate, frame_size=stream.frame_size or None)
        packed = np.ascontiguousarray((channels * 32767).astype(np.int16).T).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(packed, format="s16", layout=layout)
        frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), 0
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return path
