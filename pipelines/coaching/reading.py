"""What the coaching loop reads: marts from the warehouse, read-only, as frames. No ranking and no decision here."""

import hashlib
import io
from dataclasses import dataclass, fields
from pathlib import Path

import duckdb
import polars as pl

SALES_RUBRIC = "sales_call"
WINDOW_DAYS = 91  # a quarter of calls says what a rep does now
WEAK_DAYS, WEAK_OPPORTUNITIES = 182, 20

# A person's verdict counts before the scorer's.
JUDGED = """
    select s.rep_id, s.manager_id, s.team_id, s.behaviour_id, s.call_id, s.call_date, s.opportunity_utterance_index,
        s.evidence_start_seconds,
        coalesce(c.started_at, s.call_date::timestamp) at time zone 'UTC' as "at",
        case when s.review_verdict = 'disagree' then not s.is_met else s.is_met end as met
    from fct_behaviour_scores as s
    inner join fct_calls as c on s.call_id = c.call_id
    inner join dim_behaviours as b
        on s.rubric_id = b.rubric_id and s.rubric_version = b.rubric_version and s.behaviour_id = b.behaviour_id
    where b.is_current and s.rubric_id = $rubric and s.is_applicable and s.is_met is not null and s.rep_id is not null
        and s.review_verdict is distinct from 'not_applicable' and s.call_date <= $as_of
"""
OPPORTUNITIES = f"""
    select rep_id, behaviour_id, call_id, "at", met from ({JUDGED}) order by rep_id, behaviour_id, "at", call_id
"""
BEHAVIOURS = """
    select behaviour_id, behaviour_name, target_ratio, rubric_id || '.v' || rubric_version as rubric
    from dim_behaviours where is_current and rubric_id = $rubric order by behaviour_id
"""
# The weakest third by hit rate, of those with enough opportunities to say so.
WEAK_REPS = f"""
    with rates as (
        select rep_id, avg(met::int) as hit_rate
        from ({JUDGED}) where call_date > $as_of - {WEAK_DAYS}
        group by rep_id having count(*) >= {WEAK_OPPORTUNITIES}
    ),
    tiers as (select rep_id, ntile(3) over (order by hit_rate, rep_id) as tier from rates)
    select rep_id from tiers where tier = 1 order by rep_id
"""
EMAILS = """
    select rep_id, lower(email) as email from dim_reps where email is not null order by rep_id
"""
# Reps in seat x behaviours, seen or not; the team is the manager's.
REP_BEHAVIOURS = f"""
    with judged as (select * from ({JUDGED}) where call_date > $as_of - {WINDOW_DAYS}),
    reps as (select rep_id, manager_id, full_name, is_ramping from dim_reps where is_active and manager_id is not null),
    behaviours as (select behaviour_id from dim_behaviours where is_current and rubric_id = $rubric),
    counted as (select rep_id, behaviour_id, count(*) as opportunities, count(*) filter (where met) as hits
        from judged group by all),
    cells as (
        select reps.manager_id, reps.rep_id, reps.full_name as rep_name, coalesce(reps.is_ramping, false) as is_ramping,
            behaviours.behaviour_id, coalesce(counted.hits, 0) as hits, coalesce(counted.opportunities, 0) as opportunities
        from reps cross join behaviours
        left join counted on reps.rep_id = counted.rep_id and behaviours.behaviour_id = counted.behaviour_id
    )
    select *, sum(hits) over (partition by manager_id, behaviour_id)::bigint as team_hits,
        sum(opportunities) over (partition by manager_id, behaviour_id)::bigint as team_opportunities
    from cells order by rep_id, behaviour_id
"""
# Where to listen: the newest call in which it could have been shown and was not, at the moment that asked for it; without
# such a moment, the rep's own newest good example; else the newest such call from its start.
LISTEN = f"""
    with judged as (select * from ({JUDGED}) where call_date > $as_of - {WINDOW_DAYS}),
    moments as (select call_id, utterance_index, min(start_seconds) as start_seconds from fct_moments group by all),
    placed as (
        select judged.*, case when met then evidence_start_seconds else moments.start_seconds end as start_seconds,
            case when not met and moments.start_seconds is not null then 1 when met then 2 else 3 end as preference
        from judged left join moments on judged.call_id = moments.call_id
            and judged.opportunity_utterance_index = moments.utterance_index
        where not met or evidence_start_seconds is not null
    )
    select rep_id, behaviour_id, call_id as listen_call_id,
        greatest(coalesce(start_seconds, 0) - 15, 0)::double as listen_start_seconds
    from placed
    qualify row_number() over (partition by rep_id, behaviour_id order by preference, "at" desc, call_id) = 1
    order by rep_id, behaviour_id
"""
# A stage's probability is the CRM's; without one, the company's win rate.
DEALS = """
    with base as (select (count(*) filter (where is_won))::double / nullif(count(*), 0) as win_rate
        from fct_deals where is_closed and not is_excluded)
    select d.deal_id, d.deal_name, d.rep_id, d.manager_id, d.amount, d.currency,
        coalesce(s.win_probability, base.win_rate) as win_probability
    from fct_deals as d cross join base
    left join int_stages_mapped as s on d.pipeline_id = s.pipeline_id and d.stage_id = s.stage_id
    where not coalesce(d.is_closed, false) and not d.is_excluded and d.rep_id is not null and d.amount > 0
        and coalesce(s.win_probability, base.win_rate) > 0 and coalesce(s.win_probability, base.win_rate) < 1
    order by d.deal_id
"""
RISKS = """
    select deal_id, list(risk_signal order by raised_on desc, risk_signal) as risk_signals
    from fct_deal_risks where not is_flagged group by deal_id order by deal_id
"""
# Weeks since anybody sat down with the rep; since being hired where nobody has.
LAST_TALKED = """
    select r.rep_id, (($as_of - coalesce(max(s.session_date), any_value(r.hire_date))) // 7)::bigint as weeks_since_session
    from dim_reps as r left join fct_coaching_sessions as s on r.rep_id = s.rep_id and s.session_date <= $as_of
    where r.is_active group by r.rep_id order by r.rep_id
"""
FREE_MINUTES = """
    select manager_id, free_minutes from fct_manager_weeks where is_complete
    qualify row_number() over (partition by manager_id order by week_start desc) = 1 order by manager_id
"""
OUTCOMES = """
    select item_id, outcome from stg_app__queue_outcomes where cast(recorded_at as date) <= $as_of
    qualify row_number() over (partition by item_id order by recorded_at desc, outcome_id) = 1 order by item_id
"""
AGREEMENT = """
    select sum(true_positive_count) / sum(positive_count) as sensitivity,
        sum(true_negative_count) / sum(negative_count) as specificity
    from fct_scorer_agreement where rubric_id = $rubric
    having sum(double_scored_count) >= 200 and sum(positive_count) >= 75 and sum(negative_count) > 0
"""
# For whoever draws the lineage.
READS = (
    "dim_behaviours",
    "dim_reps",
    "fct_behaviour_scores",
    "fct_calls",
    "fct_coaching_sessions",
    "fct_deal_risks",
    "fct_deals",
    "fct_manager_weeks",
    "fct_moments",
    "fct_scorer_agreement",
    "int_stages_mapped",
    "stg_app__queue_outcomes",
)


class NoMarts(RuntimeError):
    """The warehouse or a mart the loop cannot do without is missing; the message says what to do."""


@dataclass(frozen=True)
class Inputs:
    """Everything read, in a full order, so that the same warehouse gives the same frames."""

    opportunities: pl.DataFrame
    behaviours: pl.DataFrame
    weak_reps: pl.DataFrame
    rep_behaviours: pl.DataFrame
    listen: pl.DataFrame
    deals: pl.DataFrame
    risks: pl.DataFrame
    last_talked: pl.DataFrame
    free_minutes: pl.DataFrame
    outcomes: pl.DataFrame
    emails: pl.DataFrame
    agreement: pl.DataFrame  # no row where nobody has measured it

    def fingerprint(self) -> str:
        """Hash of all that was read."""
        digest = hashlib.sha256()
        for field in fields(self):
            buffer = io.BytesIO()
            getattr(self, field.name).write_ipc(buffer)
            digest.update(field.name.encode() + buffer.getvalue())
        return digest.hexdigest()


def read_inputs(warehouse: Path, as_of: object) -> Inputs:
    """Read all inputs as they stand on ``as_of`` (a date).

    Raises:
        NoMarts: no warehouse yet, or a model that is needed is not built.
    """
    if not warehouse.exists():
        raise NoMarts(f"There is no warehouse at {warehouse}: build it first (make demo, or dbt build).")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        # Marts are in main; two models that the loop needs are not.
        connection.execute("set search_path = 'main,intermediate,staging'")

        def query(sql: str) -> pl.DataFrame:
            values = {"rubric": SALES_RUBRIC, "as_of": as_of}
            used = {name: value for name, value in values.items() if f"${name}" in sql}
            return connection.execute(sql, used).pl()

        try:
            return Inputs(
                opportunities=query(OPPORTUNITIES),
                behaviours=query(BEHAVIOURS),
                weak_reps=query(WEAK_REPS),
                rep_behaviours=query(REP_BEHAVIOURS),
                listen=query(LISTEN),
                deals=query(DEALS),
                risks=query(RISKS),
                last_talked=query(LAST_TALKED),
                free_minutes=query(FREE_MINUTES),
                outcomes=query(OUTCOMES),
                emails=query(EMAILS),
                agreement=query(AGREEMENT),
            )
        except duckdb.CatalogException as missing:
            raise NoMarts(f"{str(missing).splitlines()[0]} Run dbt build first.") from missing
