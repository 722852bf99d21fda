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

FEWEST_TEXTS = 3  # that hold a word or a pair for it to count, where there are as many texts as MANY_TEXTS
MANY_TEXTS = 100
CUE_SCALE = 0.5
PENALTY = 0.1
MOST_STEPS = 25  # 40 did no better


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
        vectoriser = _new_vectoriser(vocabulary=self.terms)
        vectoriser.idf_ = self.rarity
        return vectoriser


def learn_wording(
    texts: Sequence[str], cues: np.ndarray, labels: np.ndarray, weights: np.ndarray, fold: np.ndarray
) -> Wording:
    """Learn all targets of normalised texts at once.

    Args:
        cues: (n, features). labels, weights: (n, targets), as ``classifier.fit_all`` takes them.
        fold: (n,) which texts are left out together, -1 for those that never are.
    """
    vectoriser = _new_vectoriser(vocabulary=_terms(texts, fold)).fit(texts)
    beta = fit_all(_features(vectoriser, texts, cues), labels, weights, PENALTY, MOST_STEPS)
    return Wording(vectoriser.get_feature_names_out().astype(str), vectoriser.idf_, beta[:-1], beta[-1])


def _terms(texts: Sequence[str], fold: np.ndarray) -> np.ndarray:
    """Terms that are not one fold's alone: of a fold that is left out nothing may be known, and of a new call nothing is."""
    vectoriser = _new_vectoriser(min_df=FEWEST_TEXTS if len(texts) >= MANY_TEXTS else 1)
    is_held = vectoriser.fit_transform(texts) > 0
    in_folds = [is_held[fold == one].sum(axis=0) > 0 for one in np.unique(fold[fold >= 0])]
    is_kept = (is_held[fold < 0].sum(axis=0) > 0) | (np.sum(in_folds, axis=0) > 1)
    return vectoriser.get_feature_names_out()[np.asarray(is_kept).ravel()]


def _new_vectoriser(**more: object) -> TfidfVectorizer:
    # Normalised text has nothing but words between blanks.
    return TfidfVectorizer(token_pattern=r"\S+", ngram_range=(1, 2), sublinear_tf=True, dtype=np.float32, **more)


def _features(vectoriser: TfidfVectorizer, texts: Sequence[str], cues: np.ndarray) -> csr_array:
    return csr_array(hstack([vectoriser.transform(texts), csr_array(CUE_SCALE * cues)]), dtype=np.float32)
