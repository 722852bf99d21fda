"""Penalised logistic regression on few examples, with out-of-sample scores for free. Knows nothing of rubrics.

Class weights make both sides weigh the same. What the model would have said about an example had it
not seen it comes from one fit (approximate leave-one-out: Rad & Maleki 2020, JRSS B 82(4)), so calibration costs nothing extra.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

MOST_STEPS = 500


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
