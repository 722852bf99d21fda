"""One run of the coaching loop: reads marts, moves corrections on, flips coins, fills the queues, lands ``coaching__*``.

No rule is applied here and no SQL is written here. Keyed by what was read: a second run on the same writes nothing.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from pipelines.coaching import coin_flips
from pipelines.coaching.candidates import candidates
from pipelines.coaching.coin_flips import Coin
from pipelines.coaching.corrections import HISTORY, OPPORTUNITIES, advance
from pipelines.coaching.policy import CorrectionPolicy, QueuePolicy
from pipelines.coaching.queue import rank
from pipelines.coaching.reading import READS, Inputs, read_inputs
from pipelines.contracts import LAKE_TABLES
from pipelines.lake import Lake
from pipelines.scoring.rubric import Behaviour, load_rubric
from pipelines.settings import Settings

CORRECTIONS, NUDGES, QUEUE = "coaching__corrections", "coaching__nudges", "coaching__queue"
USUAL_MINUTES = 60.0  # a manager has for the queue in a week; fewer if the calendar leaves fewer
__all__ = ["CORRECTIONS", "NUDGES", "QUEUE", "READS", "CoachingReport", "run_coaching"]


@dataclass(frozen=True)
class CoachingReport:
    """What a run wrote; a table that was up to date is not among ``rows``."""

    rows: Mapping[str, int]

    def __str__(self) -> str:
        if not self.rows:
            return "corrections and queues are up to date"
        return ", ".join(f"{table}: {count:,} rows" for table, count in self.rows.items())


def run_coaching(settings: Settings) -> CoachingReport:
    """Move corrections on to ``settings.as_of`` and fill the queue of its week, once.

    Corrections: the day's file holds the rows that runs of that day added. Nudges: a coin stands once it is flipped, and
    what came of it is filled in when its week is over. Queue: a week's file is written by the
    first run of the week and stands for the week, so that a manager's list does not change under their hands; only a
    run for the same day (or an earlier one) on other inputs replaces it.

    Raises:
        NoMarts: the marts are not built yet.
    """
    lake = Lake(settings.lake)
    inputs = read_inputs(settings.warehouse, settings.as_of)
    key = hashlib.sha256(f"{inputs.fingerprint()}{code_version()}{settings.as_of}".encode()).hexdigest()[:16]
    rows: dict[str, int] = {}
    if lake.inputs(CORRECTIONS).get(settings.as_of) != key:
        corrections = next_corrections(lake, inputs, settings.as_of)
        lake.write(CORRECTIONS, settings.as_of, corrections, inputs=key)
        rows[CORRECTIONS] = corrections.height
    rows |= land_nudges(lake, inputs, settings, key)
    week = settings.as_of - dt.timedelta(days=settings.as_of.weekday())
    made_as_of, _, made_from = lake.inputs(QUEUE).get(week, "9999-12-31|").partition("|")
    if made_from != key and settings.as_of.isoformat() <= made_as_of:
        queue = week_queue(lake, inputs, settings, week)
        lake.write(QUEUE, week, queue, inputs=f"{settings.as_of}|{key}")
        rows[QUEUE] = queue.height
    return CoachingReport(rows)


def next_corrections(lake: Lake, inputs: Inputs, as_of: dt.date) -> pl.DataFrame:
    """Rows of the history that runs of ``as_of`` have added, in the columns of the lake's table."""
    held_back = coin_flips.held_back(coins(lake, as_of))
    policy = replace(correction_policy(inputs), held_back=held_back)
    advanced = advance(history(lake, as_of), opportunities(inputs), as_of, policy)
    return advanced.filter(pl.col("recorded_on") == as_of).rename({"recorded_on": "date", "at": "changed_at"})


def history(lake: Lake, as_of: dt.date) -> pl.DataFrame:
    """Corrections as runs up to ``as_of`` have written them, columns ``HISTORY``."""
    written = lake.scan(CORRECTIONS).filter(pl.col("date") <= as_of).collect()
    return written.rename({"date": "recorded_on", "changed_at": "at"}).select(list(HISTORY)).cast(HISTORY)


def opportunities(inputs: Inputs) -> pl.DataFrame:
    return inputs.opportunities.select(list(OPPORTUNITIES)).cast(OPPORTUNITIES)


def coins(lake: Lake, as_of: dt.date) -> pl.DataFrame:
    """Coins that runs up to ``as_of`` have flipped, columns ``coin_flips.LOG``."""
    flipped = lake.scan(NUDGES).filter(pl.col("assigned_on") <= as_of)
    return flipped.select(list(coin_flips.LOG)).collect().cast(coin_flips.LOG)


def land_nudges(lake: Lake, inputs: Inputs, settings: Settings, key: str) -> dict[str, int]:
    """Flip next week's coins if coins are switched on, and fill in what came of those whose week is over.

    Returns the rows written; without any coin nothing is written.
    """
    log, past = coins(lake, settings.as_of), history(lake, settings.as_of)
    if settings.randomised_nudges:
        excluded = inputs.emails.filter(
            pl.col("email").is_in([one.strip().lower() for one in settings.nudges_excluded])
        )
        log = coin_flips.flip(past, log, settings.as_of, Coin(excluded=frozenset(excluded["rep_id"])))
    known = coin_flips.outcomes(log, past, opportunities(inputs), settings.as_of)
    # Coins that runs for a later day have flipped stand.
    later = lake.scan(NUDGES).filter(pl.col("assigned_on") > settings.as_of).collect()
    rows = pl.concat([known, later.select(list(coin_flips.NUDGES)).cast(coin_flips.NUDGES)])
    landed = lake.inputs(NUDGES)
    stale = [week for week in known["date"].unique().sort() if landed.get(week) != key]
    for week in stale:
        lake.write(NUDGES, week, rows.filter(pl.col("date") == week), inputs=key)
    return {NUDGES: rows.filter(pl.col("date").is_in(stale)).height} if stale else {}


def correction_policy(inputs: Inputs) -> CorrectionPolicy:
    """The policy with the rubric's targets, the weakest reps and the scorer's measured error where there is one."""
    usual = CorrectionPolicy()
    known = inputs.agreement.row(0, named=True) if inputs.agreement.height else {}
    targets = inputs.behaviours.drop_nulls("target_ratio").select("behaviour_id", "target_ratio").rows()
    return CorrectionPolicy(
        targets=dict(targets),
        sensitivity=known.get("sensitivity") or usual.sensitivity,
        specificity=known.get("specificity") or usual.specificity,
        weak_reps=frozenset(inputs.weak_reps["rep_id"]),
        rubric=inputs.behaviours["rubric"][0] if inputs.behaviours.height else usual.rubric,
        behaviours=frozenset(inputs.behaviours["behaviour_id"]),
    )


def week_queue(lake: Lake, inputs: Inputs, settings: Settings, week: dt.date) -> pl.DataFrame:
    """Everybody's queue of one week, in the columns of the lake's table."""
    correction = correction_policy(inputs)
    policy = QueuePolicy(sensitivity=correction.sensitivity, specificity=correction.specificity)
    questions = {one.id: _questions(one) for one in load_rubric(settings.sales_rubric).behaviours}
    found = candidates(inputs, lake.scan(QUEUE).collect(), questions, week, policy)
    managers = found["manager_id"].unique().to_list()
    free = dict(inputs.free_minutes.drop_nulls().iter_rows())
    minutes = {manager: max(min(USUAL_MINUTES, free.get(manager, USUAL_MINUTES)), 0.0) for manager in managers}
    queue = rank(found, minutes, policy)
    parts = queue.select("manager_id", "rep_id", pl.col("behaviour_id", "deal_id").fill_null(""))
    ids = [_item_id(week, *row) for row in parts.iter_rows()]
    columns = LAKE_TABLES[QUEUE].column_names()
    return queue.with_columns(
        date=pl.lit(week), made_as_of=pl.lit(settings.as_of), item_id=pl.Series(ids, dtype=pl.String)
    ).select(columns)


def code_version() -> str:
    """Hash of the room's own source: a changed rule is another run."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _questions(behaviour: Behaviour) -> list[str]:
    """Three questions for the conversation, from the rubric's own words."""
    example = behaviour.met[0]
    return [
        f"Where in this call was the moment for it? ({behaviour.description})",
        "What made it hard just there?",
        f"How would you say it in your own words next time? One way: “{example}”",
    ]


def _item_id(week: dt.date, *parts: str) -> str:
    return hashlib.sha256("|".join([week.isoformat(), *parts]).encode()).hexdigest()[:20]
