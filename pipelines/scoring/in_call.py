"""Learning from practice calls: detectors on whole labelled lines, then what the call around a line adds (``context.py``).

Every line teaches every detector: met where it is labelled, not met where it is not. The small models of the second stage see only
what detectors say of calls by a hand they have not learned from, because on lines they know they would sound surer than they are.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

from pipelines.coaching.sessions import moves
from pipelines.scoring.classifier import balanced, fit, fit_all, sigmoid
from pipelines.scoring.context import Context, features_of, length_offset, logits, surroundings
from pipelines.scoring.judging import KeyFacts, Said
from pipelines.scoring.matching import (
    EMBEDDING_SCALE,
    NEAR_MISS_WEIGHT,
    PENALTY,
    Encoders,
    Heads,
    Matcher,
    cue_features,
    features,
    landmarks_of,
    likeness,
    roles_of,
    targets_of,
)
from pipelines.scoring.practice import PracticeCall
from pipelines.scoring.reading import Reader
from pipelines.scoring.rubric import Behaviour, Rubric, RubricError
from pipelines.scoring.signals.conversation import back_channel
from pipelines.scoring.text import mark_texts, plain
from pipelines.scoring.wording import Wording, learn_wording

EXAMPLE_WEIGHT = 0.5  # a sentence from a list against a line of a call
FOLDS = 5
FEWEST_HANDS = 3
WORDS_PER_SECOND, GAP_SECONDS = 2.5, 0.3
# Second stage: ridge on what surrounds a line, and on a detector's own margins, which are to be believed.
CONTEXT_PENALTY, OWN_PENALTY = 10.0, 0.1
SHIFT_PENALTY = 1.0
LEAST_LOGIT = -6.0


@dataclass(frozen=True)
class Taught:
    """All that is learned from a rubric with practice calls."""

    heads: tuple[Heads, Heads]
    wording: Wording
    context: Context


@dataclass(frozen=True)
class _Rows:
    """Training rows: texts, and of each row and target whether it is met and how much it weighs."""

    texts: list[str]
    asks: list[bool]
    labels: np.ndarray
    weights: np.ndarray
    fold: np.ndarray  # of each row; -1 for examples, which belong to every fold


def fold_of(calls: Sequence[PracticeCall]) -> np.ndarray:
    """Calls that are left out together, in five parts at most: those of a hand (or two), or, from fewer than three hands, every fifth."""
    hands = sorted({call.hand for call in calls})
    if len(hands) >= FEWEST_HANDS:
        return np.array([hands.index(call.hand) % FOLDS for call in calls])
    return np.arange(len(calls)) % min(FOLDS, len(calls))


def marked_lines(calls: Sequence[PracticeCall]) -> list[list[str]]:
    """Of each call its lines in their normal form with sentence marks; made at once, because a few lines cost as much as many."""
    marked = iter(mark_texts([line.text for call in calls for line in call.lines]))
    return [[next(marked) for _ in call.lines] for call in calls]


def said_of(call: PracticeCall, marked: Sequence[str], reader: Reader | None = None) -> Said:
    """A practice call as the scorer sees one; without a reader it has no probabilities. Times follow from the words."""
    texts = [line.text for line in call.lines]
    text = pl.col("text")
    quiet = pl.DataFrame({"text": texts}).select(back_channel(text.str.to_lowercase(), text.str.count_matches(r"\S+")))
    seconds = np.array([max(len(text.split()), 1) for text in texts]) / WORDS_PER_SECOND
    ends = np.cumsum(seconds + GAP_SECONDS) - GAP_SECONDS
    chance = np.zeros((len(texts), 0))
    facts: Sequence[KeyFacts] = []
    if reader is not None:
        chance, _, facts = reader.read(marked)
    return Said(
        np.arange(len(texts)),
        np.array([line.role for line in call.lines]),
        ends - seconds,
        ends,
        quiet.to_series().to_numpy(),
        facts,
        chance,
        {},
    )


def _rows_of(rubric: Rubric, marked: Sequence[Sequence[str]]) -> _Rows:
    """Examples of the rubric, then every line of its practice calls that is more than a back-channel."""
    texts, targets = targets_of(rubric)
    labels, weights = (np.zeros((len(texts), len(targets))) for _ in range(2))
    for place, target in enumerate(targets):
        labels[target.rows, place] = target.labels
        weights[target.rows, place] = EXAMPLE_WEIGHT * target.plain_weights
    asks, fold, more_labels, more_weights = [False] * len(texts), [-1] * len(texts), [], []
    for call, lines, own in zip(rubric.practice, marked, fold_of(rubric.practice).tolist(), strict=True):
        quiet = said_of(call, lines).is_back_channel
        for line, text, is_quiet in zip(call.lines, lines, quiet, strict=True):
            if is_quiet:
                continue
            texts.append(plain(text))
            asks.append("?" in text)
            fold.append(own)
            shown, weight = _of_line(rubric, line.role, line.shows, line.near_misses, line.kind)
            more_labels.append(shown)
            more_weights.append(weight)
    return _Rows(texts, asks, np.vstack([labels, *more_labels]), np.vstack([weights, *more_weights]), np.array(fold))


def _of_line(
    rubric: Rubric, role: str, shows: Sequence[str], near_misses: Sequence[str], kind: str | None
) -> tuple[list[float], list[float]]:
    labels, weights = [], []
    for detector in rubric.detectors:
        labels.append(float(detector.id in shows))
        is_heard = role in roles_of(detector)
        weights.append(float(is_heard) * (NEAR_MISS_WEIGHT if detector.id in near_misses else 1.0))
    labels += [float(kind == one.id) for one in rubric.kinds]
    weights += [float(kind is not None)] * len(rubric.kinds)
    return labels, weights


def _per_fold(rows: _Rows, folds: int) -> tuple[np.ndarray, np.ndarray]:
    """Labels and weights of all targets once for each fold left out, then once with every row; both sides weigh the same."""
    labels, weights = [], []
    for left_out in range(folds + 1):  # the last leaves out none
        kept = rows.weights * (rows.fold != left_out)[:, None]
        labels.append(rows.labels)
        weights += [balanced(one, weight)[:, None] for one, weight in zip(rows.labels.T, kept.T, strict=True)]
    return np.hstack(labels), np.hstack(weights)


def _learn_heads(
    vectors: np.ndarray, cues: np.ndarray, labels: np.ndarray, weights: np.ndarray, fold: np.ndarray
) -> Heads:
    """Heads of one encoder for all targets, once for each fold left out and last with all rows: margins, uncalibrated."""
    vectors = vectors.astype(np.float64)
    examples = vectors[fold < 0]
    centre = examples.mean(axis=0)
    scale = EMBEDDING_SCALE / float(np.sqrt(((examples - centre) ** 2).sum(axis=1).mean()))
    points = features(vectors, cues, centre, scale)
    landmarks, basis = landmarks_of(points[fold < 0])
    beta = fit_all(likeness(points, landmarks) @ basis, labels, weights, PENALTY).astype(np.float64)
    count = beta.shape[1]
    return Heads(centre, scale, landmarks, basis @ beta[:-1], beta[-1], np.ones(count), np.zeros(count))


def teach(rubric: Rubric, encoders: Encoders) -> Taught:
    """Learn a rubric's detectors and their contexts from its examples and practice calls.

    Raises:
        RubricError: there is one practice call alone, so that none is left to learn from when it is left out.
    """
    if len(rubric.practice) == 1:
        raise RubricError(f"{rubric.id} v{rubric.version}: one practice call teaches nothing, it takes two at least")
    marked = marked_lines(rubric.practice)
    rows = _rows_of(rubric, marked)
    folds = fold_of(rubric.practice)
    count = int(folds.max()) + 1
    cues = cue_features(rubric, rows.texts, rows.asks)
    vectors = [encoder.vectors(rows.texts) for encoder in encoders]
    labels, weights = _per_fold(rows, count)
    with threadpool_limits(limits=1, user_api="blas"), ThreadPoolExecutor(len(vectors)) as pool:
        words = pool.submit(learn_wording, rows.texts, cues, labels, weights, rows.fold)
        first, second = pool.map(lambda one: _learn_heads(one, cues, labels, weights, rows.fold), vectors)
        wording = words.result()
    # Windows would be one text in eight to encode; what is learned is as good without them.
    reader = Reader(Matcher(rubric, encoders, (first, second), wording), with_windows=False)
    # All at once: texts of like length are encoded together, of which a single call has few.
    reader.read([text for lines in marked for text in lines])
    calls = [said_of(call, lines, reader) for call, lines in zip(rubric.practice, marked, strict=True)]
    unseen = [_one_fold(said, fold, rows.labels.shape[1]) for said, fold in zip(calls, folds, strict=True)]
    last = slice(-rows.labels.shape[1], None)
    return Taught(
        (_only(first, last), _only(second, last)),
        replace(wording, weights=wording.weights[:, last], bias=wording.bias[last]),
        learn_context(rubric, unseen, folds),
    )


def _one_fold(said: Said, fold: int, targets: int) -> Said:
    """With the margins of the detectors that have not learned from this call's fold."""
    best, whole = np.hsplit(said.probabilities, 2)
    part = slice(fold * targets, (fold + 1) * targets)
    return replace(said, probabilities=np.hstack([best[:, part], whole[:, part]]))


def _only(heads: Heads, targets: slice) -> Heads:
    return replace(
        heads,
        weights=heads.weights[:, targets],
        bias=heads.bias[targets],
        slope=heads.slope[targets],
        shift=heads.shift[targets],
    )


def learn_context(rubric: Rubric, calls: Sequence[Said], folds: np.ndarray) -> Context:
    """The second stage, from practice calls in the rubric's order whose margins come from detectors that do not know them."""
    moments, detectors = len(rubric.moments), len(rubric.detectors)
    around = [surroundings(said, moments) for said in calls]
    count = around[0].best.shape[1]
    models = [_models(rubric, calls, around, np.flatnonzero(folds != fold)) for fold in range(int(folds.max()) + 1)]
    weights = np.zeros((len(models[0]), count))
    weights[:, :detectors] = _models(rubric, calls, around, np.arange(len(calls)))
    of_kinds = weights[:, detectors:]
    of_kinds[1] = 1.0  # of a kind, what the whole utterance says
    context = Context(weights, np.ones(count), np.zeros(count), np.zeros(count), _kind_moves(rubric))
    unseen = [
        logits(replace(context, weights=_with(weights, models[fold])), one)
        for one, fold in zip(around, folds, strict=True)
    ]
    return _calibrated(rubric, context, calls, unseen)


def _kind_moves(rubric: Rubric) -> np.ndarray:
    places = {kind.id: place for place, kind in enumerate(rubric.kinds)}
    heard = [[places[line.kind] for line in call.lines if line.kind] for call in rubric.practice]
    return moves([kind.counts_as for kind in rubric.kinds], heard)


def _with(weights: np.ndarray, of_detectors: np.ndarray) -> np.ndarray:
    return np.hstack([of_detectors, weights[:, of_detectors.shape[1] :]])


def _models(rubric: Rubric, calls: Sequence[Said], around: Sequence, chosen: np.ndarray) -> np.ndarray:
    """(features + 1, detectors) weights of the small models, from the chosen calls."""
    columns = []
    for place, detector in enumerate(rubric.detectors):
        design, labels = [], []
        for call in chosen:
            heard = calls[call].spoken_by(roles_of(detector))
            shown = np.array([detector.id in line.shows for line in rubric.practice[call].lines])
            design.append(features_of(around[call], place)[heard])
            labels.append(shown[heard])
        columns.append(_small_model(np.vstack(design), np.concatenate(labels).astype(float)))
    return np.column_stack(columns)


def _small_model(design: np.ndarray, labels: np.ndarray) -> np.ndarray:
    design = np.hstack([design, np.ones((len(design), 1))])
    ridge = np.full(design.shape[1], CONTEXT_PENALTY)
    ridge[:2] = OWN_PENALTY
    ridge[-1] = 1e-3
    start = np.zeros(design.shape[1])
    start[:2], start[-1] = 0.5, -2.0

    def loss(beta: np.ndarray) -> tuple[float, np.ndarray]:
        margin = design @ beta
        value = (np.logaddexp(0, margin) - labels * margin).sum() + 0.5 * ridge @ beta**2
        return float(value), design.T @ (sigmoid(margin) - labels) + ridge * beta

    return minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 200}).x


def _calibrated(rubric: Rubric, context: Context, calls: Sequence[Said], unseen: Sequence[np.ndarray]) -> Context:
    """Slopes and shifts so that .5 is as likely as not: of a call's best utterance for behaviours and the moments that make them
    possible, of each utterance for other moments and for kinds."""
    triggers = {behaviour.applies.moment for behaviour in rubric.behaviours}
    slope, shift, per_call = context.slope.copy(), context.shift.copy(), context.is_per_call.copy()
    best: list[tuple[float, int, float]] = []
    for place, detector in enumerate(rubric.detectors):
        is_behaviour = isinstance(detector, Behaviour)
        if is_behaviour or detector.id in triggers:
            per_call[place] = 1
            best += [
                (max(margin[heard, place].max(), LEAST_LOGIT) - length_offset(said), place, float(is_shown))
                for said, margin, call in zip(calls, unseen, rubric.practice, strict=True)
                if (heard := said.spoken_by(roles_of(detector))).any()
                and (is_shown := _is_shown(rubric, detector.id, call)) is not None
            ]
        else:
            slope[place], shift[place] = _each_utterance(detector.id, roles_of(detector), place, rubric, calls, unseen)
    for place, kind in enumerate(rubric.kinds, start=len(rubric.detectors)):
        labels = np.array([line.kind == kind.id for call in rubric.practice for line in call.lines], dtype=float)
        slope[place], shift[place] = _platt(np.concatenate([one[:, place] for one in unseen]), labels, balanced(labels))
    places = [place for _, place, _ in best]
    slope[places], shifts = _shared_slope(best, len(rubric.detectors))
    shift[places] = shifts[places]
    return replace(context, slope=slope, shift=shift, is_per_call=per_call)


def _is_shown(rubric: Rubric, name: str, call: PracticeCall) -> bool | None:
    """Whether a call shows a moment or behaviour; None where a behaviour is not applicable."""
    shown = {label for line in call.lines for label in line.shows}
    behaviour = next((one for one in rubric.behaviours if one.id == name), None)
    if behaviour is not None:
        needed = behaviour.applies
        if needed.moment not in shown if needed.moment else call.call_type not in needed.call_types:
            return None
    return name in shown


def _each_utterance(
    name: str,
    roles: Sequence[str],
    place: int,
    rubric: Rubric,
    calls: Sequence[Said],
    unseen: Sequence[np.ndarray],
) -> tuple[float, float]:
    margins, labels = [], []
    for said, margin, call in zip(calls, unseen, rubric.practice, strict=True):
        heard = said.spoken_by(roles)
        margins.append(margin[heard, place])
        labels.append(np.array([name in line.shows for line in call.lines], dtype=float)[heard])
    return _platt(np.concatenate(margins), np.concatenate(labels), None)


def _platt(margins: np.ndarray, labels: np.ndarray, weights: np.ndarray | None) -> tuple[float, float]:
    model, _ = fit(margins[:, None], labels, np.ones(len(labels)) if weights is None else weights, penalty=1.0)
    return float(model.weights[0]), model.bias


def _shared_slope(best: Sequence[tuple[float, int, float]], count: int) -> tuple[float, np.ndarray]:
    """One slope for all, and a shift for each, drawn towards their mean: a hundred calls say little of a single behaviour."""
    margins, places, labels = (np.array(part) for part in zip(*best, strict=True))
    places = places.astype(np.int64)

    def loss(beta: np.ndarray) -> tuple[float, np.ndarray]:
        margin = beta[0] * margins + beta[1] + beta[2:][places]
        value = (np.logaddexp(0, margin) - labels * margin).sum() + 0.5 * SHIFT_PENALTY * (beta[2:] ** 2).sum()
        off = sigmoid(margin) - labels
        return float(value), np.concatenate(
            [[off @ margins, off.sum()], np.bincount(places, off, count) + SHIFT_PENALTY * beta[2:]]
        )

    found = minimize(loss, np.r_[1.0, np.zeros(count + 1)], jac=True, method="L-BFGS-B").x
    return float(found[0]), found[1] + found[2:]
