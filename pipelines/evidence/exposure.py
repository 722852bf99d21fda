"""The rows an effect is estimated on: corrected and uncorrected exposure, free lags, lead, earlier attainment."""

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from pipelines.evidence import measurement, panel

LAGGED = ["y2", "y3", "y4", "k2", "k3", "k4"]
LAST_MONTH = ["y1", "k1"]
FREE_LAGS = ["W1", "W2", "W3", "W4"]
ABSORBED = ["rep_id", "team_month", "tenure_months"]


@dataclass(frozen=True)
class Exposed:
    """Grid with every exposure, and which of its rows are analysed."""

    grid: pl.DataFrame
    heard: measurement.Heard
    rates: measurement.FlagRates
    sensitivity: float
    specificity: float
    half_life_weeks: float
    notes: list[str] = field(default_factory=list)

    @property
    def sample(self) -> pl.DataFrame:
        return self.grid.filter("is_analysed")

    @property
    def is_corrected(self) -> bool:
        return measurement.needs_correction(self.heard, self.sensitivity, self.specificity)

    def stock(self, share: np.ndarray, half_life_weeks: float | None = None) -> pl.Series:
        """Stock of ``share`` (per grid row) at the assumed half-life, or at another."""
        weeks, position = self.grid["weeks"].to_numpy(), self.grid["position"].to_numpy()
        return pl.Series(panel.stock(share, weeks, position, half_life_weeks or self.half_life_weeks))

    def heard_share(self) -> float | None:
        """1:1s heard / 1:1s held; by rep-months where the calendar is not known. None without any."""
        present = self.grid.filter("is_present")
        known = present.drop_nulls("calendar_weeks")
        held = float(
            known.select(pl.max_horizontal("calendar_weeks", pl.col("heard_weeks").fill_null(0))).sum().item() or 0
        )
        if held > 0:
            # A month whose coaching is null was not heard, whatever its count of heard weeks says.
            heard = known.filter(pl.col("coached_weeks").is_not_null())["heard_weeks"].fill_null(0).sum()
            return min(float(heard) / held, 1.0)
        count = present.height
        return float(present["coached_weeks"].is_not_null().sum()) / count if count else None

    def varying_share(self) -> float:
        """Share of analysed reps whose coaching is seen to change from month to month."""
        share = pl.col("coached_weeks") / pl.col("seat_weeks")
        reps = self.sample["rep_id"].unique().to_list()
        by_rep = (
            self.grid.filter(pl.col("coached_weeks").is_not_null() & pl.col("rep_id").is_in(reps))
            .group_by("rep_id")
            .agg(((pl.col("coached_weeks").n_unique() > 1) & (share.round(6).n_unique() > 1)).alias("varies"))
        )
        return float(by_rep["varies"].sum()) / len(reps) if reps else 0.0


def expose(rep_months: pl.DataFrame, sensitivity: float, specificity: float, half_life_weeks: float) -> Exposed:
    """Check the panel and give each row its exposures.

    Raises:
        panel.UnusablePanel: with the sentence to show.
    """
    checked = panel.check_panel(rep_months)
    grid = panel.with_lags(panel.regular_grid(checked.rows)).with_columns(
        team_month=pl.struct("manager_id", "t").rank("dense")
    )
    heard = measurement.heard_weeks(grid)
    rates = measurement.flag_rates(grid, heard)
    draft = Exposed(grid, heard, rates, sensitivity, specificity, half_life_weeks, checked.notes)
    raw = measurement.uncorrected_share(heard)
    share = measurement.calibrated_share(heard, rates, sensitivity, specificity) if draft.is_corrected else raw
    calendar = (grid["calendar_weeks"].clip(0, grid["seat_weeks"]).fill_null(0.0) / grid["seat_weeks"]).to_numpy()
    with_share = grid.with_columns(
        share=pl.Series(share),
        D=draft.stock(share),
        D_uncorrected=draft.stock(raw),
        D_calendar=draft.stock(calendar),
    )
    lags = [pl.col("share").shift(lag, fill_value=0.0).over("rep_id").alias(f"W{lag}") for lag in range(1, 5)]
    full = with_share.with_columns(
        *lags,
        lead=pl.col("share").shift(-1).over("rep_id"),
        is_analysed=panel.analysable(grid),
        is_survivor=pl.col("t").max().over("rep_id") == pl.col("t").max(),
    )
    return Exposed(full, heard, rates, sensitivity, specificity, half_life_weeks, checked.notes)
