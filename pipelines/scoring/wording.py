"""A third view of a text beside the two encoders': its words and pairs of words, each with a weight of its own.

Encoders tell what a sentence means and blur how it is said ("is that budgeted?", "that was budgeted"); of a hundred practice calls the
words themselves are learned too. TF-IDF and a linear model per target: nothing to encode, and cheap.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from pipelines.scoring.classifier import fit_all

FEWEST_TEXTS = 3  # that hold a word or a pair for it to count, where there are
MANY_TEXTS = 100
CUE_SCALE = 0.5
PENALTY = 0.1
MOST_STEPS = 25


@dataclass(frozen=True)
class Wording:
    """Terms, how rare each is (IDF), and what each says of every target.

    Attributes:
        terms: (terms,) words and pairs of words.
        rarity: (terms,) their inverse document frequency.
        weights: (terms + cue features, targets).
        bias: (targets,).
    """

    terms: np.ndarray
    rarity: np.ndarray
    weights: np.ndarray
    bias: np.ndarray

    def margin(self, texts: Sequence[str], cues: np.ndarray) -> np.ndarray:
        """(n, targets) of normalised texts and their cue features."""
        return _features(self._vectoriser, texts, cues) @ self.weights + self.bias

    @cached_property
    def _vectoriser(self) -> TfidfVectorizer:
        vectoriser = _vectoriser(vocabulary={term: place for place, term in enumerate(self.terms.tolist())})
        vectoriser.idf_ = self.rarity
        return vectoriser


def learn_wording(texts: Sequence[str], cues: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> Wording:
    """Learn all targets of normalised texts at once.

    Args:
        cues: (n, features). labels, weights: (n, targets), as ``classifier.fit_all`` takes them.
    """
    vectoriser = _vectoriser(min_df=FEWEST_TEXTS if len(texts) >= MANY_TEXTS else 1)
    vectoriser.fit(texts)
    beta = fit_all(_features(vectoriser, texts, cues), labels, weights, PENALTY, MOST_STEPS)
    return Wording(vectoriser.get_feature_names_out().astype(str), vectoriser.idf_, beta[:-1], beta[-1])


def _vectoriser(**more: object) -> TfidfVectorizer:
    # Normalised text has nothing but words between blanks.
    return TfidfVectorizer(token_pattern=r"\S+", ngram_range=(1, 2), sublinear_tf=True, dtype=np.float32, **more)


def _features(vectoriser: TfidfVectorizer, texts: Sequence[str], cues: np.ndarray) -> csr_array:
    return csr_array(hstack([vectoriser.transform(texts), csr_array(CUE_SCALE * cues)]), dtype=np.float32)
