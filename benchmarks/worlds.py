"""Invented companies whose truth is known: panels, roll-outs and ramp episodes with a planted effect.

For measuring estimators (``benchmarks/evidence.py``) and for tests. Nothing here is read by the line, and nothing here
estimates anything.
"""

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

START = dt.date(2024, 7, 1)
HALF_LIFE_WEEKS = 5.0


@dataclass(frozen=True)
class World:
    """How coaching is given and what it does. Strengths: log-odds of a coached week per standard deviation."""

    name: str
    effect: float = 0.08  # attainment, sustained weekly coaching against none
    manager_led: float = 0.0  # good managers coach more
    ability_led: float = 0.0  # able reps are coached more (negative: strugglers are)
    slump_led: float = 0.0  # a bad last month brings coaching
    manager_habit: float = 0.8  # managers differ in how much they coach, whatever their quality
    rep_habit: float = 0.5
    burst: float = 0.6  # rep-months differ: coaching comes in bursts
    persistence: float = 0.2  # of monthly shocks to attainment
    base: float = -0.4
    manager_quality_sd: float = 0.10
    ability_sd: float = 0.15
    noise_sd: float = 0.17
    passing: float = 0.0  # share of the noise's variance that does not persist at all
    memory: float = 0.0  # weight of earlier months in the slump a manager sees
    latent_slump: bool = False  # managers see the slump of the month itself, not last month's figure
    level: float = 0.95


WORLDS = {
    world.name: world
    for world in [
        World("no_effect", effect=0.0),
        World("managers_led", manager_led=1.0, ability_led=0.2),
        World("strugglers", ability_led=-0.9, slump_led=0.5),
        World("mixed", manager_led=0.7, ability_led=-0.5, slump_led=0.4),
        World("persistent_slumps", slump_led=0.7, persistence=0.7),
        # Tuned so that weekly-coached reps hit quota in about 76 % of months and quarterly-coached ones in about 47 %.
        World("selection_only", effect=0.0, manager_led=0.55, ability_led=0.25, level=1.07),
    ]
}


def months_from(start: dt.date, count: int) -> list[dt.date]:
    """First days of ``count`` months."""
    index = start.year * 12 + start.month - 1
    return [dt.date((index + k) // 12, (index + k) % 12 + 1, 1) for k in range(count)]


def mondays(month: dt.date) -> int:
    """Weeks of a month: those whose Monday lies in it."""
    following = months_from(month, 2)[1]
    return sum((month + dt.timedelta(days=day)).weekday() == 0 for day in range((following - month).days))


def rep_months(
    world: World, seed: int, *, reps: int = 360, managers: int = 30, months: int = 24, leave_rate: float = 0.015
) -> pl.DataFrame:
    """A panel in the shape of ``estimate_coaching_effect``, with coaching seen without error.

    Weeks are simulated one by one; the stock that acts on a month is made of weeks before it. Leavers are replaced by a
    new rep, so rows are about ``reps * months`` and reps somewhat more than ``reps``.
    """
    rng = np.random.default_rng(seed)
    calendar = months_from(START, months)
    manager = np.arange(reps) % managers
    quality, habit = rng.normal(size=managers), rng.normal(size=managers)
    person = np.arange(reps)
    ability, rep_habit = rng.normal(size=reps), rng.normal(size=reps)
    tenure = rng.integers(0, 48, size=reps)
    stock, shock, last = np.zeros(reps), np.zeros(reps), np.zeros(reps)
    decay = 0.5 ** (1 / HALF_LIFE_WEEKS)
    out = []
    for index, month in enumerate(calendar):
        if index:
            gone = rng.random(reps) < leave_rate
            count = int(gone.sum())
            person[gone] = person.max() + 1 + np.arange(count)
            ability[gone], rep_habit[gone] = rng.normal(size=count), rng.normal(size=count)
            tenure, stock, last = np.where(gone, 0, tenure + 1), np.where(gone, 0, stock), np.where(gone, 0, last)
        shock = world.persistence * shock + np.sqrt(1 - world.persistence**2) * rng.normal(size=reps)
        attainment = (
            world.level
            + world.manager_quality_sd * quality[manager]
            + world.ability_sd * ability
            - 0.45 * np.exp(-tenure / 4)
            + 0.05 * np.sin(index / 2)
            + world.effect * stock
            + world.noise_sd * np.sqrt(1 - world.passing) * shock
            + world.noise_sd * np.sqrt(world.passing) * rng.normal(size=reps)
        )
        slump = shock if world.latent_slump else last
        odds = (
            world.base
            + world.manager_led * quality[manager]
            + world.ability_led * ability
            - world.slump_led * slump
            + world.manager_habit * habit[manager]
            + world.rep_habit * rep_habit
            + world.burst * rng.normal(size=reps)
        )
        weeks = mondays(month)
        coached = rng.random((weeks, reps)) < 1 / (1 + np.exp(-odds))
        inspected = rng.random((weeks, reps)) < 0.45
        for week in range(weeks):
            stock = decay * stock + (1 - decay) * coached[week]
        out.append(
            pl.DataFrame(
                {
                    "rep_id": person.copy(),
                    "manager_id": manager,
                    "month": [month] * reps,
                    "tenure_months": tenure.copy(),
                    "attainment": attainment,
                    "coached_weeks": coached.sum(0),
                    "calendar_weeks": (coached | inspected).sum(0),
                    "ability": ability.copy(),
                }
            )
        )
        last = world.memory * last + (1 - world.memory) * (attainment - attainment.mean()) / attainment.std()
    return (
        pl.concat(out)
        .with_columns(
            pl.format("hr:{}", "rep_id").alias("rep_id"),
            pl.format("hr:m{}", "manager_id").alias("manager_id"),
            pl.col("calendar_weeks").alias("heard_weeks"),
            tier=pl.col("ability").cut([-0.43, 0.43], labels=["low", "middle", "high"]).cast(pl.String),
        )
        .drop("ability")
        .sort("rep_id", "month")
    )


def heard_badly(
    panel: pl.DataFrame, seed: int, sensitivity: float = 1.0, specificity: float = 1.0, unheard: float = 0.0
) -> pl.DataFrame:
    """The same panel as it would be measured: 1:1s missed at random, and heard ones judged with error."""
    rng = np.random.default_rng(seed)
    held, coached = panel["calendar_weeks"].to_numpy(), panel["coached_weeks"].to_numpy()
    heard_coached = rng.binomial(coached, 1 - unheard)
    heard_other = rng.binomial(held - coached, 1 - unheard)
    seen = rng.binomial(heard_coached, sensitivity) + rng.binomial(heard_other, 1 - specificity)
    heard = heard_coached + heard_other
    return panel.with_columns(
        coached_weeks=pl.when(pl.Series(heard) > 0).then(pl.Series(seen)),
        heard_weeks=pl.Series(heard),
    )


def randomised(world: World) -> World:
    """The same world with coaching given by chance alone."""
    return replace(world, manager_led=0.0, ability_led=0.0, slump_led=0.0)


def rollout(
    seed: int, *, teams: int = 36, reps_per_team: int = 10, months: int = 24, effect: float = 0.067, never: float = 0.25
) -> tuple[pl.DataFrame, float]:
    """A staggered roll-out whose effect grows over its first four months; returns the panel and the true mean effect.

    Teams that were doing badly start earlier, and the company improves over time, so that before/after is wrong.
    """
    rng = np.random.default_rng(seed)
    calendar = months_from(START, months)
    level = rng.normal(scale=0.1, size=teams)
    order = np.argsort(level + rng.normal(scale=0.15, size=teams))
    start = np.full(teams, -1)
    treated = order[: round(teams * (1 - never))]
    start[treated] = np.sort(rng.integers(5, months - 4, size=len(treated)))
    team = np.repeat(np.arange(teams), reps_per_team)
    tenure0 = rng.integers(0, 36, size=len(team))
    ability = rng.normal(scale=0.15, size=len(team))
    out, truth = [], []
    for index, month in enumerate(calendar):
        since = np.where(start[team] >= 0, index - start[team], -1)
        lift = np.where(since >= 0, effect * 1.25 * np.minimum(since + 1, 5) / 5, 0.0)
        truth.append(lift[since >= 0])
        team_shock = rng.normal(scale=0.04, size=teams)
        attainment = (
            0.85
            + level[team]
            + ability
            + 0.008 * index
            - 0.4 * np.exp(-(tenure0 + index) / 4)
            + lift
            + team_shock[team]
            + rng.normal(scale=0.28, size=len(team))
        )
        out.append(
            pl.DataFrame(
                {
                    "rep_id": [f"hr:{k}" for k in range(len(team))],
                    "manager_id": [f"hr:m{k}" for k in team],
                    "team_id": [f"t{k}" for k in team],
                    "month": [month] * len(team),
                    "tenure_months": tenure0 + index,
                    "attainment": attainment,
                    "rollout_month": [calendar[start[k]] if start[k] >= 0 else None for k in team],
                },
                schema_overrides={"rollout_month": pl.Date},
            )
        )
    return pl.concat(out), float(np.concatenate(truth).mean())


def ramp_episodes(seed: int, reps: int = 600) -> tuple[pl.DataFrame, dict[str, float]]:
    """Ramp episodes of a growing company with late entry, competing exits and censoring; returns them and the truth.

    Truth by large simulation of the same law: mean months not yet ramped within twelve (``rmst_12``, leaving taken as
    censoring) and the probability of having ramped by month 12 when leaving competes (``ramped_by_12``).
    """
    rng = np.random.default_rng(seed)

    def law(size: int, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        ramp = np.ceil(generator.weibull(1.8, size) * 6.2)
        leave = np.ceil(generator.exponential(30.0, size))
        return ramp, leave

    ramp, leave = law(reps, rng)
    started = rng.integers(-12, 24, size=reps)  # months from the start of the data to hiring
    entry = np.maximum(0, -started)
    until_end = 24 - started
    leave_first = leave < ramp
    end = np.minimum(np.minimum(ramp, leave), until_end)
    status = np.where(end < np.minimum(ramp, leave), "censored", np.where(leave_first, "left", "event"))
    frame = pl.DataFrame(
        {
            "rep_id": [f"hr:{k}" for k in range(reps)],
            "entry_month": entry.astype(float),
            "exit_month": end.astype(float),
            "status": status,
            "cohort": np.where(started < 6, "earlier", "later"),
        }
    ).filter(pl.col("exit_month") > pl.col("entry_month"))
    big_ramp, big_leave = law(400_000, np.random.default_rng(12345))
    truth = {
        "rmst_12": float(np.minimum(big_ramp, 12).mean()),
        "ramped_by_12": float(((big_ramp <= 12) & (big_ramp <= big_leave)).mean()),
        "finishers_mean": float(frame.filter(pl.col("status") == "event")["exit_month"].mean()),  # type: ignore[arg-type]
    }
    return frame, truth
