"""Who speaks when in a mixed channel: embeddings of short stretches of speech, clustered, then one speaker a word.

Speakers are anonymous labels of one recording. Embeddings are never kept: a stored voice print of an employee would be
biometric data. Who a speaker is belongs in ``roles.py``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipelines.speech.audio import SAMPLE_RATE, Samples
from pipelines.speech.models import voice_encoder_weights
from pipelines.speech.transcript import Word
from pipelines.speech.voice_activity import Region

HOP = 160  # samples per frame of the spectrogram: 10 ms
FFT, MELS = 400, 40
# Measured on real two-speaker audio: 0.8 s windows confuse 1.4 % of the time, the 1.6 s of the encoder's authors 4 %.
WINDOW_FRAMES, STEP_FRAMES, SHORTEST_FRAMES, FITTING_FRAMES = 80, 40, 30, 64
TARGET_DECIBELS = -30.0  # quieter recordings are raised to this, as in the encoder's training
# Two groups of windows are two people when the cosine between their means is below this. One person split in two lies
# at .92 and above with a minute of speech, two people at .61 to .88.
DISTINCT_COSINE = 0.86
DISTINCT_COSINE_WHEN_TOLD = 0.91  # participants say that there are more
# The same, to be sure of it: one person split in two lies lower with few windows (.81 with 16, .88 with 26).
SURE_COSINES = ((60, 0.9), (30, 0.88), (0, 0.78))
FEW_WINDOWS, FEW_WINDOWS_MARGIN = 30, 0.1  # means of few windows differ by chance
SMALLEST_GROUP = 3  # windows of a speaker who is known to be there
SMALLEST_UNTOLD_GROUP, SMALLEST_UNTOLD_SHARE = 5, 0.08  # and of one who is not
MAX_SPEAKERS = 4
SEED, STARTS, ITERATIONS = 0, 10, 50
# A change of speaker has to be worth this much likeness (cosine): single words are often misjudged, and windows blur the edge
# of a turn. Where a pause of this length is or a sentence has ended it costs less. Anything from 0.05 to 0.2, and from 30 to 100 %
# less, separates real, phone and synthetic mixtures about equally well.
CHANGE_COST, CHEAPER_AT_AN_EDGE, EDGE_SECONDS = 0.1, 0.8, 0.3


@dataclass(frozen=True)
class Voices:
    """Embeddings (one row each, length 1) of stretches of speech in seconds of the recording."""

    bounds: NDArray[np.float64]  # (n, 2)
    embeddings: NDArray[np.float32]  # (n, 256)


NO_VOICES = Voices(np.zeros((0, 2)), np.zeros((0, 256), dtype=np.float32))


def joined(parts: Sequence[Voices]) -> Voices:
    """Voices of consecutive windows as one."""
    if not parts:
        return NO_VOICES
    return Voices(np.concatenate([p.bounds for p in parts]), np.concatenate([p.embeddings for p in parts]))


def voices(samples: Samples, regions: Sequence[Region], start_seconds: float, threads: int) -> Voices:
    """Embed the speech of one window of the recording that starts at ``start_seconds``."""
    spans = list(_spans(regions))
    if not spans:
        return NO_VOICES
    spectrogram = _mel_spectrogram(samples)
    spans = [(first, min(last, len(spectrogram))) for first, last in spans]
    embeddings = _embed(spectrogram, spans, threads)
    return Voices(np.array(spans) * HOP / SAMPLE_RATE + start_seconds, embeddings)


@dataclass(frozen=True)
class Separation:
    """A speaker for each word; ``is_sure`` where the voices are clearly those of different people."""

    labels: list[str]
    is_sure: bool


def separate(words: Sequence[Word], heard: Voices, told: int | None) -> Separation:
    """A speaker for each word: ``speaker_0`` is the first one heard.

    Args:
        told: number of people said to take part; None: found from the voices, between one and four.
    """
    centres, is_sure = _centres(heard, told)
    if len(centres) < 2 or not words:
        return Separation(["speaker_0"] * len(words), True)
    evidence = _evidence(words, heard, centres)
    labels = _likeliest_path(evidence, _change_costs(words))
    order = {label: index for index, label in enumerate(dict.fromkeys(labels))}
    return Separation([f"speaker_{order[label]}" for label in labels], is_sure)


# --- spectrogram and encoder ------------------------------------------------------------------------------------------


def _spans(regions: Sequence[Region]) -> "list[tuple[int, int]]":
    """Windows of frames that cover each region evenly; a short region is one window."""
    spans: list[tuple[int, int]] = []
    for region in regions:
        first, last = region.start // HOP, region.end // HOP
        if last - first < SHORTEST_FRAMES:
            continue
        if last - first <= WINDOW_FRAMES:
            spans.append((first, last))
            continue
        count = -(-(last - first - WINDOW_FRAMES) // STEP_FRAMES) + 1
        starts = np.linspace(first, last - WINDOW_FRAMES, count).astype(int)
        spans += [(int(start), int(start) + WINDOW_FRAMES) for start in starts]
    return spans


def _mel_spectrogram(samples: Samples) -> NDArray[np.float32]:
    """Mel power spectrogram, frames x bands, equal to librosa's (not used: its first call compiles for ten seconds)."""
    level = 20 * np.log10(np.sqrt(float(np.mean(samples**2))) + 1e-9)
    gain = 10 ** (max(TARGET_DECIBELS - level, 0.0) / 20)
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(samples, FFT // 2), FFT)[::HOP]
    taper = np.hanning(FFT + 1)[:-1].astype(np.float32) * np.float32(gain)
    blocks = [
        (np.abs(np.fft.rfft(frames[i : i + 4096] * taper, axis=1)) ** 2).astype(np.float32) @ _mel_filters()
        for i in range(0, len(frames), 4096)
    ]
    return np.concatenate(blocks)


@lru_cache
def _mel_filters() -> NDArray[np.float32]:
    """Slaney's mel filters with area one (bins x bands)."""
    frequencies = np.linspace(0, SAMPLE_RATE / 2, FFT // 2 + 1)
    edges = _hertz(np.linspace(0, _mel(SAMPLE_RATE / 2), MELS + 2))
    rising = (frequencies[:, None] - edges[:-2]) / np.diff(edges)[:-1]
    falling = (edges[2:] - frequencies[:, None]) / np.diff(edges)[1:]
    return (np.maximum(0, np.minimum(rising, falling)) * 2 / (edges[2:] - edges[:-2])).astype(np.float32)


def _mel(hertz: float) -> float:
    """Slaney's scale: linear to 1 kHz, logarithmic above."""
    return hertz * 3 / 200 if hertz < 1000 else 15 + float(np.log(hertz / 1000)) * 27 / float(np.log(6.4))


def _hertz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp(np.log(6.4) / 27 * (mel - 15)))


@lru_cache
def _encoder(threads: int) -> "object":
    """Resemblyzer's network (three LSTM layers and a projection) with its published weights."""
    import torch  # noqa: PLC0415  two-channel recordings never need it

    class VoiceEncoder(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.lstm = torch.nn.LSTM(MELS, 256, 3, batch_first=True)
            self.linear = torch.nn.Linear(256, 256)

        def forward(self, mels: torch.Tensor) -> torch.Tensor:
            hidden = self.lstm(mels)[1][0][-1]
            return torch.nn.functional.normalize(torch.relu(self.linear(hidden)))

    torch.set_num_threads(threads)
    encoder = VoiceEncoder()
    state = torch.load(voice_encoder_weights(), map_location="cpu", weights_only=True)["model_state"]
    encoder.load_state_dict({name: tensor for name, tensor in state.items() if not name.startswith("similarity")})
    return encoder.eval()


def _embed(spectrogram: NDArray[np.float32], spans: Sequence[tuple[int, int]], threads: int) -> NDArray[np.float32]:
    import torch  # noqa: PLC0415

    encoder = _encoder(threads)
    lengths = np.array([last - first for first, last in spans])
    embeddings = np.zeros((len(spans), 256), dtype=np.float32)
    with torch.inference_mode():
        for length in np.unique(lengths):
            chosen = np.flatnonzero(lengths == length)
            for batch in np.array_split(chosen, -(-len(chosen) // 64)):
                mels = np.stack([spectrogram[spans[i][0] : spans[i][0] + length] for i in batch])
                embeddings[batch] = encoder(torch.from_numpy(mels)).numpy()  # type: ignore[operator]
    return embeddings


# --- clustering -------------------------------------------------------------------------------------------------------


def _centres(heard: Voices, told: int | None) -> tuple[NDArray[np.float64], bool]:
    """Mean voice of each speaker, as many as can be told apart and at most ``told``; and whether they surely differ."""
    frames = (heard.bounds[:, 1] - heard.bounds[:, 0]) * SAMPLE_RATE / HOP
    fitting = heard.embeddings[frames >= FITTING_FRAMES - 0.5]
    if len(fitting) < 2 * SMALLEST_GROUP:
        fitting = heard.embeddings
    limit = DISTINCT_COSINE if told is None else DISTINCT_COSINE_WHEN_TOLD
    if len(fitting) < FEW_WINDOWS:
        limit -= FEW_WINDOWS_MARGIN if told is None else FEW_WINDOWS_MARGIN / 5
    smallest = SMALLEST_GROUP if told else max(SMALLEST_UNTOLD_GROUP, SMALLEST_UNTOLD_SHARE * len(fitting))
    for count in range(min(told or MAX_SPEAKERS, int(len(fitting) // smallest)), 1, -1):
        centres, sizes = _clustered(fitting, count)
        nearest = (centres @ centres.T)[np.triu_indices(count, 1)].max()
        if nearest < limit and sizes.min() >= smallest:
            return centres, bool(nearest < _sure_cosine(len(fitting)))
    return fitting[:1].astype(np.float64), True


def _sure_cosine(window_count: int) -> float:
    return next(cosine for fewest, cosine in SURE_COSINES if window_count >= fewest)


def _clustered(embeddings: NDArray[np.float32], count: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Spherical k-means, the best of several starts: centres of length 1, and how many windows each has.

    Written out because importing scikit-learn takes a worker four seconds, as long as a minute of recognition.
    """
    points = embeddings.astype(np.float64)
    rng = np.random.default_rng(SEED)
    found = [_converged(points, _spread(points, count, rng)) for _ in range(STARTS)]
    centres = max(found, key=lambda centres: float((points @ centres.T).max(axis=1).sum()))
    return centres, np.bincount((points @ centres.T).argmax(axis=1), minlength=count)


def _spread(points: NDArray[np.float64], count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """First centres that lie apart (k-means++)."""
    chosen = [int(rng.integers(len(points)))]
    while len(chosen) < count:
        distance = np.clip(1 - (points @ points[chosen].T).max(axis=1), 0, None) + 1e-12
        chosen.append(int(rng.choice(len(points), p=distance / distance.sum())))
    return points[chosen]


def _converged(points: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.float64]:
    for _ in range(ITERATIONS):
        labels = (points @ centres.T).argmax(axis=1)
        sums = np.stack([points[labels == i].sum(axis=0) for i in range(len(centres))])
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        moved = np.where(lengths > 0, sums / np.maximum(lengths, 1e-12), centres)
        if np.allclose(moved, centres):
            break
        centres = moved
    return centres


def _evidence(words: Sequence[Word], heard: Voices, centres: NDArray[np.float64]) -> NDArray[np.float64]:
    """Likeness of each word's sound to each speaker: windows count by how much of the word lies near their middle."""
    likeness = heard.embeddings @ centres.T
    likeness = likeness - likeness.mean(axis=1, keepdims=True)
    middles = heard.bounds.mean(axis=1)
    halves = (heard.bounds[:, 1] - heard.bounds[:, 0]) / 2
    found = np.zeros((len(words), len(centres)))
    for index, word in enumerate(words):
        middle = (word.start_seconds + word.end_seconds) / 2
        distance = np.abs(middles - middle) / halves
        weight = np.where(distance < 1, np.cos(distance * np.pi / 2) ** 2, 0.0)
        if weight.sum() < 1e-3:  # between windows: the nearest one
            weight = (np.arange(len(middles)) == np.abs(middles - middle).argmin()).astype(float)
        found[index] = weight @ likeness / weight.sum()
    return found


def _likeliest_path(evidence: NDArray[np.float64], costs: NDArray[np.float64]) -> list[int]:
    """The speaker of each word with the most evidence for all words together, less the cost of every change (Viterbi).

    Args:
        evidence: words x speakers.
        costs: of a change of speaker before each word.
    """
    best = evidence[0]
    came_from = np.tile(np.arange(evidence.shape[1]), (len(evidence), 1))
    for index in range(1, len(evidence)):
        other = int(best.argmax())
        changed = best[other] - costs[index]
        came_from[index, best < changed] = other
        best = np.maximum(best, changed) + evidence[index]
    path = [int(best.argmax())]
    for index in range(len(evidence) - 1, 0, -1):
        path.append(int(came_from[index, path[-1]]))
    return path[::-1]


def _change_costs(words: Sequence[Word]) -> NDArray[np.float64]:
    """What a change of speaker before each word costs: little where a pause is or a sentence has ended."""
    pauses = [0.0, *(after.start_seconds - before.end_seconds for before, after in pairwise(words))]
    ended = [False, *(word.text.endswith((".", "?", "!")) for word in words[:-1])]
    edges = np.where(ended, 1.0, np.clip(np.array(pauses) / EDGE_SECONDS, 0.0, 1.0))
    return CHANGE_COST * (1 - CHEAPER_AT_AN_EDGE * edges)
