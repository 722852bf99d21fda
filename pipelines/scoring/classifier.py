"""Penalised logistic regression on few examples, with out-of-sample scores for free. Knows nothing of rubrics.

Class weights make both sides weigh the same. What the model would have said about an example had it
not seen it comes from one fit (approximate leave-one-out: Rad & Maleki 2020, JRSS B 82(4)), so calibration costs nothing extra.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_array, hstack

MOST_STEPS = 500
# Of fits side by side: as far as float32 and a decision need.
MOST_STEPS_TOGETHER, REMEMBERED_STEPS, LINE_STEPS, NEAR_ENOUGH = 120, 12, 2, 1e-4


@dataclass(frozen=True)
class Linear:
    """``sigmoid(slope * (x @ weights + bias) + shift)``: weights learned, slope and shift calibrated."""

    weights: np.ndarray
    bias: float
    slope: float = 1.0
    shift: float = 0.0

    def margin(self, features: np.ndarray) -> np.ndarray:
        return features @ self.weights + self.bias

    def probability(self, features: np.ndarray) -> np.ndarray:
        return sigmoid(self.slope * self.margin(features) + self.shift)


def sigmoid(values: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(values, -35, 35)))


def balanced(labels: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Weights that make positives and negatives count the same, keeping their sum at the number of examples."""
    weights = np.ones(len(labels)) if weights is None else weights
    total, positive = weights.sum(), (weights * labels).sum()
    per_class = np.where(labels > 0, 0.5 * total / max(positive, 1e-9), 0.5 * total / max(total - positive, 1e-9))
    return weights * per_class


def fit(features: np.ndarray, labels: np.ndarray, weights: np.ndarray, penalty: float) -> tuple[Linear, np.ndarray]:
    """Fit, and what each example's margin would be without that example.

    Args:
        features: (n, d) float64. labels: (n,) of 0 and 1. weights: (n,) ≥ 0.
        penalty: ridge penalty on the weights (not on the bias).
    """
    design = np.hstack([features, np.ones((len(features), 1))])
    ridge = np.full(design.shape[1], penalty)
    ridge[-1] = 1e-6

    def loss(beta: np.ndarray) -> tuple[float, np.ndarray]:
        margin = design @ beta
        value = weights @ (np.logaddexp(0, margin) - labels * margin) + 0.5 * ridge @ beta**2
        return float(value), design.T @ (weights * (sigmoid(margin) - labels)) + ridge * beta

    # Quasi-Newton: a tenth of the work of Newton steps, whose matrix is needed only once, at the end.
    start = np.zeros(design.shape[1])
    found = minimize(
        loss, start, jac=True, method="L-BFGS-B", options={"maxiter": MOST_STEPS, "ftol": 1e-12, "gtol": 1e-6}
    )
    beta = found.x
    return Linear(beta[:-1], float(beta[-1])), _left_out_margins(design, beta, labels, weights, ridge)


def _hessian(design: np.ndarray, curvature: np.ndarray, ridge: np.ndarray) -> np.ndarray:
    return (design * curvature[:, None]).T @ design + np.diag(ridge)


def _left_out_margins(
    design: np.ndarray, beta: np.ndarray, labels: np.ndarray, weights: np.ndarray, ridge: np.ndarray
) -> np.ndarray:
    margin = design @ beta
    probability = sigmoid(margin)
    curvature = weights * probability * (1 - probability)
    leverage = np.einsum("ij,ij->i", design @ np.linalg.inv(_hessian(design, curvature, ridge)), design)
    return margin + leverage * weights * (probability - labels) / np.maximum(1 - leverage * curvature, 1e-6)


def calibrate(model: Linear, left_out: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> Linear:
    """Platt scaling on left-out margins, so that a probability of .5 means as likely met as not between equally many."""
    scaled, _ = fit(left_out[:, None], labels, weights, penalty=1e-3)
    # A slope below zero would turn the model round; with hopeless examples it stays as it is.
    slope = float(scaled.weights[0])
    return Linear(model.weights, model.bias, slope, scaled.bias) if slope > 0 else model


def fit_all(
    features: np.ndarray | csr_array,
    labels: np.ndarray,
    weights: np.ndarray,
    penalty: float,
    most_steps: int = MOST_STEPS_TOGETHER,
) -> np.ndarray:
    """Fit many targets on the same features at once (L-BFGS in step, so that each step is one matrix product).

    Args:
        features: (n, d), taken as float32. labels, weights: (n, targets); weight 0 leaves an example out of a target.
        penalty: as in ``fit``.
        most_steps: where to stop if the fits have not ended before.

    Returns:
        (d + 1, targets) float32; the last row is the bias.
    """
    design, turned = _with_constant(features)
    labels, weights = labels.astype(np.float32), weights.astype(np.float32)
    ridge = np.full((design.shape[1], 1), penalty, dtype=np.float32)
    ridge[-1] = 1e-4
    beta = np.zeros((design.shape[1], labels.shape[1]), dtype=np.float32)
    margin = design @ beta
    gradient = turned @ (weights * (sigmoid(margin) - labels))
    tolerance = NEAR_ENOUGH * np.maximum(np.abs(gradient).max(axis=0), 1)
    memory: list[tuple[np.ndarray, np.ndarray]] = []
    for _ in range(most_steps):
        is_open = np.abs(gradient).max(axis=0) >= tolerance
        if not is_open.any():
            break
        step = _direction(gradient, memory)
        step = np.where((step * gradient).sum(axis=0) < 0, step, -1e-3 * gradient) * is_open
        ahead = design @ step
        length = _length(
            margin, ahead, labels, weights, (ridge * beta * step).sum(axis=0), (ridge * step**2).sum(axis=0)
        )
        beta, margin = beta + length * step, margin + length * ahead
        after = turned @ (weights * (sigmoid(margin) - labels)) + ridge * beta
        memory = [*memory[1 - REMEMBERED_STEPS :], (length * step, after - gradient)]
        gradient = after
    return beta


def _with_constant(features: np.ndarray | csr_array) -> tuple[Any, Any]:
    """Features as float32 with a last column of ones, and the same turned."""
    ones = np.ones((features.shape[0], 1), dtype=np.float32)
    if isinstance(features, np.ndarray):
        dense = np.hstack([features.astype(np.float32), ones])
        return dense, dense.T
    sparse = csr_array(hstack([features, ones]), dtype=np.float32)
    return sparse, csr_array(sparse.T)


def _direction(gradient: np.ndarray, memory: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Quasi-Newton direction of every column (two loops: Nocedal & Wright 2006, algorithm 7.4)."""
    if not memory:
        return -gradient / np.maximum(np.abs(gradient).sum(axis=0), 1e-9)
    step, used = -gradient, []
    for moved, changed in reversed(memory):
        product = _products(moved, changed)
        # A column that no longer moves teaches nothing but rounding.
        is_sound = product > 1e-5 * np.sqrt(_products(moved, moved) * _products(changed, changed)) + 1e-18
        inverse = np.where(is_sound, 1 / np.where(is_sound, product, 1), 0)
        share = inverse * _products(moved, step)
        used.append((moved, changed, inverse, share))
        step -= share * changed
    moved, changed = memory[-1]
    size = _products(changed, changed)
    step *= np.where(
        size > 1e-18, np.maximum(_products(moved, changed), 1e-12) / np.where(size > 1e-18, size, 1), np.float32(1e-3)
    )
    for moved, changed, inverse, share in reversed(used):
        step += moved * (share - inverse * _products(changed, step))
    return step


def _products(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Scalar product of each column with its like."""
    return np.einsum("ij,ij->j", one, other)


def _length(
    margin: np.ndarray,
    ahead: np.ndarray,
    labels: np.ndarray,
    weights: np.ndarray,
    linear: np.ndarray,
    square: np.ndarray,
) -> np.ndarray:
    """How far to go along each column's direction: Newton steps on the line, where margins cost nothing new."""
    length = np.ones(margin.shape[1], dtype=np.float32)
    for _ in range(LINE_STEPS):
        chance = sigmoid(margin + length * ahead)
        slope = (weights * (chance - labels) * ahead).sum(axis=0) + linear + length * square
        curvature = (weights * chance * (1 - chance) * ahead**2).sum(axis=0) + square
        length = np.clip(length - slope / np.maximum(curvature, 1e-12), 1e-3, 20)
    return length
