"""The statistics macros against statsmodels: rendered as SQL, run by DuckDB, without dbt."""

import duckdb
import jinja2
import numpy as np
import pytest
import statsmodels.api as sm
from dbt_build import PROJECT
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

MACROS = jinja2.Environment().from_string((PROJECT / "macros" / "statistics.sql").read_text()).make_module()


def value(query: str) -> float | None:
    with duckdb.connect() as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]  # type: ignore[no-any-return]


@settings(deadline=None, max_examples=60)  # each example opens a database
@given(st.integers(1, 5_000).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))))
def test_wilson_interval_equals_statsmodels(counts: tuple[int, int]) -> None:
    n, hits = counts
    low, high = proportion_confint(hits, n, method="wilson")
    share = f"({hits}::double / {n})"
    assert value(f"select {MACROS.wilson_low(share, n)}") == pytest.approx(low, abs=1e-9)
    assert value(f"select {MACROS.wilson_high(share, n)}") == pytest.approx(high, abs=1e-9)


def test_wilson_interval_is_wider_on_a_smaller_effective_number() -> None:
    assert value(f"select {MACROS.wilson_low('0.5', '40 / 2.5')}") < value(f"select {MACROS.wilson_low('0.5', '40')}")


def test_design_effect_equals_the_clustered_variance_of_statsmodels() -> None:
    rng = np.random.default_rng(3)
    cluster = np.repeat(np.arange(30), 12)
    hit = (rng.random(360) < np.repeat(rng.beta(2, 2, 30), 12)).astype(float)
    fit = sm.OLS(hit, np.ones(360)).fit(cov_type="cluster", cov_kwds={"groups": cluster})
    share = hit.mean()
    expected = fit.bse[0] ** 2 / (share * (1 - share) / 360)
    sums = ", ".join(f"({(hit[cluster == c] - share).sum()}, {share * (1 - share) * 12})" for c in range(30))
    macro = MACROS.design_effect("residual_sum", "variance_sum")
    assert value(f"select {macro} from (values {sums}) as clusters(residual_sum, variance_sum)") == pytest.approx(
        expected, rel=1e-6
    )
    assert expected > 2  # the clusters differ: an interval without them would lie


def test_design_effect_is_never_below_one() -> None:
    macro = MACROS.design_effect("residual_sum", "variance_sum")
    assert value(f"select {macro} from (values (0.0, 3.0), (0.0, 3.0)) as clusters(residual_sum, variance_sum)") == 1


def test_exact_sum_does_not_depend_on_the_order_of_rows() -> None:
    rng = np.random.default_rng(4)
    amounts = rng.lognormal(9, 3, 400).round(4).tolist()
    sums = {
        value(f"select {MACROS.exact_sum('x')} from (values {', '.join(f'({x}::double)' for x in order)}) as t(x)")
        for order in (amounts, amounts[::-1], sorted(amounts))
    }
    assert len(sums) == 1


def test_exact_sum_and_mean_narrow_rows_as_a_filter_does() -> None:
    rows = "(values (1.5, true), (2.0, false), (null, true), (4.5, true)) as t(x, is_counted)"
    assert value(f"select {MACROS.exact_sum('x', where='is_counted')} from {rows}") == 6
    assert value(f"select {MACROS.exact_mean('x', where='is_counted')} from {rows}") == 3
