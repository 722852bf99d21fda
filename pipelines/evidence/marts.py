"""What evidence reads: marts from the warehouse, read-only, as frames in the estimators' shapes. No estimation.

Definitions stay in dbt. Two staging models are read too (trainings and programmes), because no mart carries them.
Coin flips come from the lake, where the coaching loop landed them just before.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

import duckdb
import polars as pl
import polars.selectors as cs

Connection = duckdb.DuckDBPyConnection
FINGERPRINT_DIGITS = 12

REP_MONTHS = """
    with skill as (
        select rep_id, avg(hit_rate) as hit_rate
        from (select *, row_number() over (partition by rep_id order by month) as place from {fct_rep_months})
        where hit_rate is not null and place <= 6
        group by rep_id
    ),
    tiers as (select rep_id, ['low', 'middle', 'high'][ntile(3) over (order by hit_rate, rep_id)] as tier from skill)
    select m.rep_id, m.manager_id, m.team_id, m.segment, m.month, m.quarter_start, m.tenure_months, m.attainment,
        m.coached_weeks, m.heard_weeks, m.calendar_weeks, m.weeks_in_month, m.rubric_score, m.full_quota_amount,
        m.full_quota_attainment, m.currency, tiers.tier
    from {fct_rep_months} as m left join tiers on m.rep_id = tiers.rep_id
    where m.is_complete
    order by m.rep_id, m.month
"""
REP_QUARTERS = """
    select q.team_id, q.quarter_start, q.rep_id, q.coached_weeks, q.heard_weeks, q.calendar_weeks, q.weeks_in_quarter,
        q.quota_amount, coalesce(r.leave_date between q.quarter_start and q.quarter_end, false) as is_leaver
    from {fct_rep_quarters} as q left join {dim_reps} as r on q.rep_id = r.rep_id
    where q.is_complete
    order by q.rep_id, q.quarter_start
"""
# Who began before the data starts may have ramped before, so those episodes are in no curve (as in fct_ramp_survival).
EPISODES = """
    select rep_id, start_month, entry_month, exit_month, status, cohort, segment, team_id, start_reason
    from {fct_ramp_episodes}
    where not is_left_truncated
    order by rep_id, start_month
"""
# Watched from the first complete month on: those who had left before the data starts are not in it (delayed entry).
EMPLOYMENTS = """
    with seen as (
        select rep_id, min(month) as first_month, max(month) as last_month
        from {fct_rep_months} where is_complete group by rep_id
    )
    select s.rep_id, cast(date_trunc('month', r.hire_date) as date) as start_month,
        greatest(date_diff('month', r.hire_date, s.first_month), 0)::double as entry,
        (date_diff('month', r.hire_date, s.last_month) + 1)::double as exit,
        (r.leave_date is not null and date_trunc('month', r.leave_date) <= s.last_month)::bigint as code
    from seen as s inner join {dim_reps} as r on s.rep_id = r.rep_id
    where r.hire_date is not null
    order by s.rep_id
"""
OPPORTUNITIES = """
    with trained as (
        select person_id as rep_id, behaviour_id, trained_on from {stg_training__events}
        where trained_on is not null and behaviour_id is not null
    ),
    scored as (
        select s.rep_id, s.behaviour_id, s.call_date, s.is_met from {fct_behaviour_scores} as s
        where s.is_applicable and s.is_met is not null and s.rep_id is not null and s.call_kind = 'external'
            and exists (select 1 from trained as t where t.rep_id = s.rep_id and t.behaviour_id = s.behaviour_id)
    ),
    dated as (
        select scored.*, date_diff('day', trained.trained_on, scored.call_date) // 7 * 7 as days_since
        from scored asof left join trained
            on scored.rep_id = trained.rep_id and scored.behaviour_id = trained.behaviour_id
            and scored.call_date >= trained.trained_on
    )
    select rep_id, behaviour_id, days_since, count(*) as opportunity_count, count(*) filter (where is_met) as met_count
    from dated group by all order by all
"""
PROGRAMMES = """
    select programme_id, any_value(programme_name) as programme_name, team_id, min(starts_on) as starts_on
    from {stg_training__programmes}
    where starts_on is not null and team_id is not null and programme_id is not null
    group by programme_id, team_id order by programme_id, team_id
"""
AGREEMENT = """
    select sum(true_positive_count) / sum(positive_count) as sensitivity,
        sum(true_negative_count) / sum(negative_count) as specificity
    from {fct_scorer_agreement}
    where rubric_id = 'one_on_one' and behaviour_id = 'true_coaching'
    group by scorer, scorer_version
    having sum(double_scored_count) >= 200 and sum(positive_count) >= 75 and sum(negative_count) > 0
    order by scorer_version desc, scorer
    limit 1
"""


class NoMarts(RuntimeError):
    """The warehouse or a mart that evidence cannot do without is missing; the message says what to do."""


@dataclass(frozen=True)
class Marts:
    """Everything read, in a full order, so that the same warehouse gives the same frames."""

    rep_months: pl.DataFrame
    rep_quarters: pl.DataFrame
    episodes: pl.DataFrame
    employments: pl.DataFrame
    opportunities: pl.DataFrame
    programmes: pl.DataFrame
    nudges: pl.DataFrame
    sensitivity: float | None
    specificity: float | None

    def fingerprint(self) -> str:
        """Hash of all that was read, numbers to twelve digits: a rebuilt warehouse adds in another order."""
        digest = hashlib.sha256()
        for name in (field.name for field in fields(self)):
            value = getattr(self, name)
            digest.update(name.encode())
            if isinstance(value, pl.DataFrame):
                rounded = value.with_columns(cs.float().round_sig_figs(FINGERPRINT_DIGITS))
                digest.update(repr(value.schema).encode())
                digest.update(rounded.write_csv().encode())
            else:
                digest.update(repr(value).encode())
        return digest.hexdigest()


def read_marts(warehouse: Path, nudges: pl.DataFrame) -> Marts:
    """Read all inputs.

    Args:
        nudges: coin flips and what came of them (the lake's ``coaching__nudges``): the mart made from them comes after
            estimation.

    Raises:
        NoMarts: no warehouse yet, or ``fct_rep_months``, ``fct_rep_quarters``, ``fct_ramp_episodes`` or ``dim_reps``
        is not there.
    """
    with _connected(warehouse) as con:
        agreement = _optional(con, AGREEMENT, {"sensitivity": pl.Float64, "specificity": pl.Float64})
        known = agreement.row(0) if agreement.height else (None, None)
        return Marts(
            rep_months=_needed(con, REP_MONTHS),
            rep_quarters=_needed(con, REP_QUARTERS),
            episodes=_needed(con, EPISODES),
            employments=_needed(con, EMPLOYMENTS),
            opportunities=_optional(con, OPPORTUNITIES, _OPPORTUNITY),
            programmes=_optional(con, PROGRAMMES, _PROGRAMME),
            nudges=nudges.rename({"date": "week_start"}).sort("week_start", "rep_id", "behaviour_id"),
            sensitivity=known[0],
            specificity=known[1],
        )


_OPPORTUNITY = {
    "rep_id": pl.String,
    "behaviour_id": pl.String,
    "days_since": pl.Int64,
    "opportunity_count": pl.Int64,
    "met_count": pl.Int64,
}
_PROGRAMME = {"programme_id": pl.String, "programme_name": pl.String, "team_id": pl.String, "starts_on": pl.Date}


@contextmanager
def _connected(warehouse: Path) -> Iterator[Connection]:
    if not warehouse.exists():
        raise NoMarts(f"There is no warehouse at {warehouse}: build it first (make demo, or dbt build).")
    con = duckdb.connect(str(warehouse), read_only=True)
    try:
        yield con
    finally:
        con.close()


class _Missing(KeyError):
    pass


class _Tables(dict[str, str]):
    """Table names to schema-qualified ones, whatever schema dbt was told to use."""

    def __missing__(self, name: str) -> str:
        raise _Missing(name)


def _tables(con: Connection) -> _Tables:
    found = con.sql("select table_name, table_schema from information_schema.tables order by all").fetchall()
    return _Tables({name: f'"{schema}"."{name}"' for name, schema in found})


def _needed(con: Connection, query: str) -> pl.DataFrame:
    try:
        return con.sql(query.format_map(_tables(con))).pl()
    except _Missing as missing:
        raise NoMarts(f"The warehouse has no {missing.args[0]}: run dbt build first.") from missing


def _optional(con: Connection, query: str, schema: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    """The query's rows, or none where a model it reads is not built."""
    try:
        return con.sql(query.format_map(_tables(con))).pl().cast(schema)  # type: ignore[arg-type]
    except _Missing:
        return pl.DataFrame(schema=schema)
