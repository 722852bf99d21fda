"""`sideline rubric calibrate`: reads marts, has weights suggested, writes the proposal beside the rubric. No estimation."""

from pathlib import Path
from typing import Annotated

import duckdb
import polars as pl
import typer
import yaml

from pipelines.evidence.marts import NoMarts
from pipelines.scoring.rubric import Rubric, RubricError, load_rubric
from pipelines.settings import Settings

USAGE_ERROR, STEP_FAILED = 2, 3
SEED = 20_240_607
# Calls up to the closing day. The buyer's intent is taken from the first call, before most of what the rep shows.
DEALS = """
    with calls as (
        select c.deal_id, c.call_id, c.call_date, c.customer_speech_share_first_third,
            row_number() over (partition by c.deal_id order by c.started_at, c.call_id) as place
        from fct_calls as c inner join fct_deals as d on c.deal_id = d.deal_id
        where c.is_analysed and c.call_date <= d.close_date
    ),
    counted as (
        select deal_id, count(*)::double as call_count, min(call_date) as first_call_date,
            any_value(customer_speech_share_first_third) filter (where place = 1) as early_customer_share
        from calls group by deal_id
    ),
    shares as (
        select calls.deal_id, s.behaviour_id, avg(s.is_met::int) as met_share
        from calls inner join fct_behaviour_scores as s on calls.call_id = s.call_id
        where s.rubric_id = $rubric and s.rubric_version = $version and s.is_applicable and s.is_met is not null
        group by all
    )
    select d.deal_id, d.rep_id, date_trunc('quarter', d.close_date)::date as quarter, d.close_date, d.is_won,
        ln(nullif(greatest(d.amount, 0), 0)) as log_amount, counted.call_count, counted.early_customer_share,
        date_diff('day', d.created_at::date, counted.first_call_date)::double as days_to_first_call,
        shares.behaviour_id, shares.met_share
    from fct_deals as d
    inner join counted on d.deal_id = counted.deal_id
    inner join shares on d.deal_id = shares.deal_id
    where d.is_closed and not d.is_excluded and d.rep_id is not null and d.close_date <= $as_of
    order by d.deal_id, shares.behaviour_id
"""
WHAT_IT_IS = (
    "A proposal from won and lost deals. Nothing applies it: whoever owns the rubric decides, in a new version. A buyer who wants to buy "
    "makes a rep look good; the first call's signs of that are held constant, what they do not show is not."
)


def calibrate(
    file: Annotated[Path | None, typer.Argument(help="A rubric file; default: the sales rubric in force.")] = None,
) -> None:
    """Suggest weights from won and lost deals; written beside the rubric as a proposal, never applied."""
    settings = Settings()
    path = file or settings.sales_rubric
    try:
        rubric = load_rubric(path)
        deals = read_deals(settings, rubric)
    except (RubricError, NoMarts) as problem:
        typer.echo(f"sideline: {problem}", err=True)
        raise typer.Exit(USAGE_ERROR if isinstance(problem, RubricError) else STEP_FAILED) from problem
    typer.echo(write_proposal(path, rubric, deals, settings))


def read_deals(settings: Settings, rubric: Rubric) -> pl.DataFrame:
    """One row a closed deal, a column a behaviour.

    Raises:
        NoMarts: the marts are not built yet.
    """
    if not settings.warehouse.exists():
        raise NoMarts(f"There is no warehouse at {settings.warehouse}: build it first (make demo, or dbt build).")
    values = {"rubric": rubric.id, "version": rubric.version, "as_of": settings.as_of}
    try:
        with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
            long = connection.execute(DEALS, values).pl()
    except duckdb.CatalogException as missing:
        raise NoMarts(f"{str(missing).splitlines()[0]} Run dbt build first.") from missing
    ids = [behaviour.id for behaviour in rubric.behaviours]
    wide = long.pivot("behaviour_id", index=long.columns[:-2], values="met_share")
    return wide.with_columns(pl.lit(None, pl.Float64).alias(name) for name in ids if name not in wide.columns)


def write_proposal(path: Path, rubric: Rubric, deals: pl.DataFrame, settings: Settings) -> str:
    """Write ``<rubric>.calibration-<as-of date>.yaml`` beside the rubric; returns what to say about it."""
    from pipelines.evidence.calibration import calibrate as suggest  # noqa: PLC0415  (loads pyfixest and scikit-learn)

    found = suggest(deals, [behaviour.id for behaviour in rubric.behaviours], SEED)
    given = {behaviour.id: behaviour.weight for behaviour in rubric.behaviours}
    proposal = {
        "what_this_is": WHAT_IT_IS,
        "rubric": f"{rubric.id} v{rubric.version}",
        "rubric_hash": rubric.content_hash(),
        "data_as_of": settings.as_of.isoformat(),
        "closed_deals": found.deals,
        "reps": found.reps,
        "basis": found.basis,
        "later_deals_auc": {
            "equal_weights": _rounded(found.auc_equal),
            "suggested_weights": _rounded(found.auc_suggested),
        },
        "behaviours": [
            {
                "id": one.behaviour_id,
                "weight_now": given[one.behaviour_id],
                "weight_suggested": _rounded(one.weight),
                "weight_95_percent": [_rounded(one.weight_low), _rounded(one.weight_high)],
                "win_rate_lift": _rounded(one.lift),
                "std_error": _rounded(one.std_error),
                "q_value": _rounded(one.q_value),
                "separates_won_from_lost": one.separates,
                "deals": one.deals,
                "not_estimated_because": one.reason,
            }
            for one in found.lifts
        ],
    }
    out = path.with_name(f"{path.stem}.calibration-{settings.as_of}.yaml")
    out.write_text(yaml.safe_dump(proposal, sort_keys=False, allow_unicode=True, width=120), encoding="utf-8")
    told = ", ".join(one.behaviour_id for one in found.lifts if one.separates) or "none"
    return f"{found.deals:,} closed deals, weights {found.basis}; separate won from lost: {told}. Proposal, not applied: {out}"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
