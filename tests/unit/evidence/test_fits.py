"""The door to pyfixest: what is absorbed is gone, however little the absorbed effects hang together."""

import numpy as np
import polars as pl

from pipelines.evidence import fits


def chain(length: int) -> pl.DataFrame:
    """Each rep in three cells of a chain: alternating projections do not arrive here in 10,000 rounds."""
    return pl.DataFrame(
        {
            "rep_id": np.repeat(np.arange(length), 3),
            "cell": (np.arange(length)[:, None] + np.arange(3)).ravel(),
            "x": np.random.default_rng(3).normal(size=3 * length),
        }
    )


def test_effects_that_hang_together_by_little_are_absorbed() -> None:
    data = chain(300)
    left = fits.residuals(data, ["x"], [], ["rep_id", "cell"])
    assert left is not None
    with_left = data.with_columns(left=pl.Series(left[:, 0]))
    for effect in ("rep_id", "cell"):
        means = with_left.group_by(effect).agg(pl.col("left").mean())["left"].to_numpy()
        assert np.abs(means).max() < 1e-6


def test_a_fit_with_such_effects_finds_the_slope() -> None:
    data = chain(300)
    noise = np.random.default_rng(4).normal(0, 0.01, data.height)
    outcome = data.with_columns(y=0.5 * pl.col("x") + 3.0 * pl.col("cell") - pl.col("rep_id") + pl.Series(noise))
    found = fits.fit(outcome, "y", ["x"], ["rep_id", "cell"], cluster="rep_id")
    assert found is not None
    assert abs(found.coef["x"] - 0.5) < 5 * found.se("x") < 0.05
