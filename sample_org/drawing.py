"""Seeded randomness: every part of the company draws from a stream of its own, so that parts can change apart."""

import random
import zlib

import numpy as np


def stream(seed: int, name: str) -> np.random.Generator:
    """Numpy generator for one named part of the company."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def dice(seed: int, name: str) -> random.Random:
    """Python generator for one named thing (a call, a deal): the same wherever in the run it is asked for."""
    return random.Random(f"{seed}/{name}")


def sigmoid(logit: np.ndarray) -> np.ndarray:
    """Probability from log-odds."""
    return 1.0 / (1.0 + np.exp(-logit))
