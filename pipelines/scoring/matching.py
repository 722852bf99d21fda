"""From a text to "how likely is this behaviour shown here": features, and one small classifier per behaviour and moment.

Features are cue patterns, a few facts about the sentence, and the sentence's embedding. Two encoders give two classifiers whose
probabilities are averaged; where practice calls taught them, the words themselves are a third (``wording.py``). Which utterances of
a call count, and what follows from them, belongs to ``judging.py``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from threadpoolctl import threadpool_limits

from pipelines.scoring.cache import EmbeddingCache, OnEncode
from pipelines.scoring.classifier import balanced, calibrate, fit, sigmoid
from pipelines.scoring.rubric import Behaviour, Moment, Rubric, cue_pattern
from pipelines.scoring.signals.questions import is_open_question, is_question
from pipelines.scoring.text import mark_texts, plain
from pipelines.scoring.wording import Wording

KIND = "kind:"
PENALTY = 0.3
EMBEDDING_SCALE = 4.0
# Examples an utterance is compared with, spread evenly over the rubric, and how fast likeness fades with distance.
LANDMARKS = 768
FADING = 0.03
ROWS_AT_ONCE = 4096  # a likeness to every landmark takes 6 kB a text
LEAST_SHARE = 1e-7  # directions that hold less of the likeness than this are rounding
NEAR_MISS_WEIGHT = 2.0  # a counter-example written for this behaviour against one borrowed from another
# Share of utterances that show a given behaviour or moment; examples come half and half, real talk does not.
PRIOR = 0.125

Encoders = tuple[EmbeddingCache, EmbeddingCache]

CHECK = (
    r"\b(?:did i (?:get|miss|understand|hear|catch|read)|have i (?:got|understood|missed|captured)|is that (?:right|correct|fair|accurate|"
    r"about right|okay|ok|alright|it|how)|does that (?:work|sound|make sense|suit|fit|match|seem|capture)|(?:is|are) (?:that|you) (?:okay|ok|fine|good|"
    r"comfortable|happy) with|sounds? (?:good|fair|okay|ok|right|reasonable|like a plan)|(?:okay|ok|fine|good) (?:with|by|for) you|"
    r"if (?:that is|you are|it is|that) (?:okay|ok|alright|fine|works|agree)|if you agree|works for you|correct me|am i (?:right|missing|reading)|"
    r"anything (?:you would|you want|to|i|else|you)|what (?:would you|did i) (?:add|change|miss|get)|(?:fair|right|correct|okay|ok|agree|agreed|yes)$|"
    r"fair (?:enough|to say|summary)|tell me (?:if|where)|stop me|unless you|would that (?:work|be|suit)|(?:did|have) i (?:leave|left) \w+ out|"
    r"(?:got|getting|have) (?:you|it|that|this|them|any of (?:it|that|this)|something|anything) (?:right|wrong|backwards)|"
    r"how you (?:\w+ )?(?:see|put|would put|would say) it|(?:change|correct|add|cross out|underline) (?:a|any|one|some) \w+|"
    r"(?:would|is) that (?:be )?(?:unfair|wrong|too \w+)|sign that|shout (?:if|when))\b"
)
DATE = (
    r"\b(?:tuesday|tomorrow|tonight|today|20th|june|(?:next|this|coming|following) (?:week|month|quarter|tuesday|call|session|time|one on one)|"
    r"end of (?:the )?(?:day|week|month|quarter|year)|by (?:noon|then|20|the 20)|20 [ap]m|(?:in|within|for) (?:20|a|two) (?:days?|weeks?)|"
    r"two weeks|a week|weeks? from|same time|until|every call|each call|the 20|close of business|before (?:the|our|my|your) \w+)\b"
)

_FACTS = {
    "money": r"\b20 thousand\b",
    "number": r"\b20\b",
    "percent": r"\bpercent\b",
    "date": DATE,
    "check": CHECK,
    "you": r"\byou\b|\byour\b",
    "first_person": r"\bi\b|\bwe\b|\bmy\b|\bour\b",
    "they": r"\bthey\b|\bthem\b|\btheir\b",
    "if": r"\bif\b",
    "but": r"\bbut\b|\bhowever\b|\bactually\b",
    "not": r"\bnot\b|\bno\b|\bnever\b",
    "opens_with_wh": r"^(?:\w+ ){0,2}(?:what|how|why|who|which|when|where)\b",
}


@dataclass(frozen=True)
class Example:
    """A training text: which detector's list it stands in and whether as something that is met.

    ``is_twin``: the lower-case form of the example before it, which a recogniser would write; it stands where the two have
    different normal forms (names are known by their capitals).
    """

    text: str
    detector: str
    is_met: bool
    roles: tuple[str, ...]
    is_twin: bool = False


def roles_of(detector: Moment | Behaviour) -> tuple[str, ...]:
    return detector.roles if isinstance(detector, Behaviour) else detector.said_by


def examples_of(rubric: Rubric) -> list[Example]:
    """Every example of a rubric; background talk has no detector, and no utterance kind is a behaviour by itself."""
    found: list[Example] = []
    for detector in rubric.detectors:
        roles = roles_of(detector)
        found += [Example(text, detector.id, True, roles) for text in detector.met]
        found += [Example(text, detector.id, False, roles) for text in detector.counter_examples]
    for role, texts in rubric.background.items():
        found += [Example(text, "", False, (role,)) for text in texts]
    for kind in rubric.kinds:
        found += [Example(text, kind.id, False, ("rep", "manager")) for text in kind.examples]
    return _with_twins(found)


def _with_twins(examples: list[Example]) -> list[Example]:
    lower = [example.text.lower() for example in examples]
    written, spoken = (mark_texts(texts) for texts in ([example.text for example in examples], lower))
    found = []
    for example, text, one, other in zip(examples, lower, written, spoken, strict=True):
        found.append(example)
        if plain(one) != plain(other):
            found.append(replace(example, text=text, is_twin=True))
    return found


def training_set(
    detector: Moment | Behaviour, examples: Sequence[Example]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of ``examples`` that teach a detector, their labels and weights.

    Its own examples; the background; and other detectors' examples said by the same side, unless the two overlap.
    """
    skip, roles = set(detector.overlaps), set(roles_of(detector))
    rows: list[int] = []
    labels: list[float] = []
    own_weights: list[float] = []
    for place, example in enumerate(examples):
        own = example.detector == detector.id
        if own or (example.detector not in skip and roles & set(example.roles)):
            rows.append(place)
            labels.append(float(own and example.is_met))
            own_weights.append(NEAR_MISS_WEIGHT if own and not example.is_met else 1.0)
    # An example and its twin share the weight of one.
    twins = np.array([_has_twin(examples, row) for row in rows])
    weights = np.where(twins, 0.5, 1.0) * np.array(own_weights)
    return np.array(rows, dtype=np.int64), np.array(labels), weights


def _has_twin(examples: Sequence[Example], row: int) -> bool:
    return examples[row].is_twin or (row + 1 < len(examples) and examples[row + 1].is_twin)


def cue_features(rubric: Rubric, texts: Sequence[str], is_marked_question: Sequence[bool]) -> np.ndarray:
    """(n, features): a hit per detector's cues, then facts about the sentence."""
    frame = pl.DataFrame(
        {"text": list(texts), "asks": list(is_marked_question)}, schema={"text": pl.String, "asks": pl.Boolean}
    )
    text = pl.col("text")
    cues = [
        text.str.contains("|".join(f"(?:{cue_pattern(cue).pattern})" for cue in detector.cues)).alias(
            f"cue_{detector.id}"
        )
        for detector in rubric.detectors
        if detector.cues
    ]
    facts = [text.str.contains(pattern).alias(f"is_{name}") for name, pattern in _FACTS.items()]
    asks = (pl.col("asks") | is_question(text)).alias("asks_now")
    openly = (asks & is_open_question(text)).alias("asks_openly")
    words = text.str.count_matches(" ", literal=True) + 1
    length = [(words <= 4).alias("is_short"), (words > 14).alias("is_long")]
    return frame.select(*cues, *facts, asks, openly, *length).cast(pl.Float64).to_numpy()


@dataclass(frozen=True)
class Heads:
    """One classifier per target on top of one encoder: linear in the likeness to landmarks. Columns of ``weights`` are targets.

    Likeness is a Gaussian kernel over embedding and facts together, so that "no" counts otherwise beside "problem" than beside
    "signature"; few landmarks keep it as cheap as a linear model (Nyström: Williams & Seeger 2001, NIPS 13).
    """

    centre: np.ndarray
    scale: float
    landmarks: np.ndarray
    weights: np.ndarray
    bias: np.ndarray
    slope: np.ndarray
    shift: np.ndarray

    def likeness(self, vectors: np.ndarray, cues: np.ndarray) -> np.ndarray:
        """(n, landmarks), 1 for the same text."""
        return likeness(features(vectors, cues, self.centre, self.scale), self.landmarks)

    def probability(self, vectors: np.ndarray, cues: np.ndarray) -> np.ndarray:
        """(n, targets)."""
        return sigmoid(self.slope * self.margin(vectors, cues) + self.shift)

    def margin(self, vectors: np.ndarray, cues: np.ndarray) -> np.ndarray:
        """(n, targets), before calibration."""
        starts = range(0, max(len(vectors), 1), ROWS_AT_ONCE)
        parts = (slice(start, start + ROWS_AT_ONCE) for start in starts)
        return np.vstack([self.likeness(vectors[part], cues[part]) @ self.weights + self.bias for part in parts])


def features(vectors: np.ndarray, cues: np.ndarray, centre: np.ndarray, scale: float) -> np.ndarray:
    return np.hstack([(vectors.astype(np.float64) - centre) * scale, cues])


def likeness(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Gaussian kernel between the rows of two arrays."""
    distance = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1) - 2 * one @ other.T
    return np.exp(-FADING * np.maximum(distance, 0))


def landmarks_of(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Landmarks among ``points``, and the matrix that makes likeness to them a feature space with that likeness as product."""
    rows = np.unique(np.linspace(0, len(points) - 1, min(LANDMARKS, len(points))).round().astype(np.int64))
    landmarks = points[rows]
    shares, directions = np.linalg.eigh(likeness(landmarks, landmarks))
    kept = shares > LEAST_SHARE * shares[-1]
    return landmarks, directions[:, kept] / np.sqrt(shares[kept])


@dataclass(frozen=True)
class Target:
    """What one head learns: rows of the training texts, their labels and weights, and how often it is to be expected."""

    name: str
    rows: np.ndarray
    labels: np.ndarray
    weights: np.ndarray
    plain_weights: np.ndarray  # before both sides are made to weigh the same
    prior: float = 0.5


def targets_of(rubric: Rubric) -> tuple[list[str], list[Target]]:
    """Training texts of a rubric (normalised, unique rows per example) and the targets learned on them.

    Targets are the detectors in order, then the utterance kinds as ``kind:<id>`` (each against all others).
    """
    examples = examples_of(rubric)
    targets = []
    for detector in rubric.detectors:
        rows, labels, weights = training_set(detector, examples)
        targets.append(Target(detector.id, rows, labels, balanced(labels, weights), weights, PRIOR))
    texts = [example.text for example in examples]
    kinds = {kind.id for kind in rubric.kinds}
    rows = np.array([row for row, example in enumerate(examples) if example.detector in kinds], dtype=np.int64)
    for kind in rubric.kinds:
        labels = np.array([float(examples[row].detector == kind.id) for row in rows])
        targets.append(Target(KIND + kind.id, rows, labels, balanced(labels), np.ones(len(labels))))
    return [plain(text) for text in mark_texts(texts)], targets


# Two hundred small problems: a second BLAS thread costs more in waiting than it helps, and 1 sums in one order everywhere.
@threadpool_limits.wrap(limits=1, user_api="blas")
def learn(vectors: np.ndarray, cues: np.ndarray, targets: Sequence[Target]) -> tuple[Heads, list[np.ndarray]]:
    """Fit one head per target.

    Returns:
        The heads, and per target the calibrated probability of each of its rows had that row been left out.
    """
    vectors = vectors.astype(np.float64)
    centre = vectors.mean(axis=0)
    scale = EMBEDDING_SCALE / float(np.sqrt(((vectors - centre) ** 2).sum(axis=1).mean()))
    points = features(vectors, cues, centre, scale)
    landmarks, basis = landmarks_of(points)
    design = likeness(points, landmarks) @ basis
    models, left_out = [], []
    for target in targets:
        model, margins = fit(design[target.rows], target.labels, target.weights, PENALTY)
        model = calibrate(model, margins, target.labels, target.weights)
        model = replace(model, shift=model.shift + float(np.log(target.prior / (1 - target.prior))))
        models.append(model)
        left_out.append(sigmoid(model.slope * margins + model.shift))
    heads = Heads(
        centre,
        scale,
        landmarks,
        basis @ np.column_stack([model.weights for model in models]),
        np.array([model.bias for model in models]),
        np.array([model.slope for model in models]),
        np.array([model.shift for model in models]),
    )
    return heads, left_out


class Matcher:
    """A rubric's trained detectors. ``probabilities`` of a text depend on that text alone."""

    def __init__(
        self, rubric: Rubric, encoders: Encoders, heads: tuple[Heads, Heads], wording: Wording | None = None
    ) -> None:
        """``wording``: the third view of detectors that practice calls taught; they are only a first stage, and what they say are
        margins, which the call turns into chances."""
        self.rubric = rubric
        self._wording = wording
        self.names = [d.id for d in rubric.detectors] + [KIND + kind.id for kind in rubric.kinds]
        self._readers = list(zip(encoders, heads, strict=True))

    @property
    def in_call(self) -> bool:
        """Whether it gives margins."""
        return self._wording is not None

    def probabilities(
        self, texts: Sequence[str], is_marked_question: Sequence[bool], on_encode: OnEncode | None = None
    ) -> np.ndarray:
        """(n, targets) probability that each text shows each target, or its margin; rounded so that no platform detail shows."""
        if not texts:
            return np.empty((0, len(self.names)))
        cues = cue_features(self.rubric, texts, is_marked_question)
        if self._wording is not None:
            margins = [own.margin(encoder.vectors(texts, on_encode), cues) for encoder, own in self._readers]
            return np.mean([*margins, self._wording.margin(texts, cues)], axis=0).round(4)
        said = [own.probability(encoder.vectors(texts, on_encode), cues) for encoder, own in self._readers]
        return np.mean(said, axis=0).round(4)


def train(rubric: Rubric, encoders: Encoders) -> tuple[Heads, Heads]:
    """Heads of both encoders, learned from the examples written in the rubric."""
    texts, targets = targets_of(rubric)
    cues = cue_features(rubric, texts, [False] * len(texts))
    first, second = (learn(encoder.vectors(texts), cues, targets)[0] for encoder in encoders)
    return first, second
