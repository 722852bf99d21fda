"""The classifier: honest about examples it has not seen."""

import numpy as np
import pytest

from pipelines.scoring.classifier import balanced, calibrate, fit


def some_examples(count: int = 120, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    features = random.normal(size=(count, 6))
    labels = (features[:, 0] + 0.7 * random.normal(size=count) > 0.8).astype(float)
    return features, labels


def test_left_out_margins_match_fitting_again_without_the_example() -> None:
    features, labels = some_examples()
    weights = balanced(labels)
    _, margins = fit(features, labels, weights, penalty=1.0)
    for left_out in range(0, 120, 17):
        kept = np.arange(120) != left_out
        model, _ = fit(features[kept], labels[kept], weights[kept], penalty=1.0)
        # Approximate leave-one-out is exact to second order; a tenth of a logit is far below what moves a score.
        assert abs(model.margin(features[left_out : left_out + 1])[0] - margins[left_out]) < 0.1


def test_balanced_weights_let_both_sides_weigh_the_same() -> None:
    labels = np.array([1.0, 0, 0, 0])
    weights = balanced(labels)
    assert weights[0] == pytest.approx(weights[1:].sum())
    assert weights.sum() == pytest.approx(4)


def test_calibration_lowers_confidence_learned_on_noise() -> None:
    random = np.random.default_rng(5)
    features, labels = random.normal(size=(60, 40)), (random.random(60) > 0.5).astype(float)
    weights = balanced(labels)
    model, margins = fit(features, labels, weights, penalty=0.1)
    honest = calibrate(model, margins, labels, weights)
    seen = abs(model.probability(features) - 0.5).mean()
    assert seen > 0.4
    assert honest is model or abs(honest.probability(features) - 0.5).mean() < seen


def test_fitting_twice_gives_the_same_numbers() -> None:
    features, labels = some_examples()
    first, second = (fit(features, labels, balanced(labels), 1.0)[0] for _ in range(2))
    assert np.array_equal(first.weights, second.weights)
