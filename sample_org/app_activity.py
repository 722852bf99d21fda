"""What people did in Sideline itself (an export of another app store): reviews of scores, acknowledgements by reps,
flagged risks; and consent to calls. Clicks are about what our scorer said, which nobody here can know: nine of ten
agree. Blind answers are about the call: the head of the segment hears it and errs at a stated rate against the planted truth.
"""

import datetime as dt
import random
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import polars as pl

from sample_org.company import BEHAVIOURS
from sample_org.crm_history import deal_id
from sample_org.customer_calls import CALL_TYPES
from sample_org.drawing import dice
from sample_org.organisation import Organisation
from sample_org.talk import APPLICABLE, TRIGGERS
from sample_org.timeline import Timeline
from sample_org.writing import iso, write_csv, write_json_lines

RUBRIC_VERSIONS = {"sales_call": 5, "one_on_one": 4}  # as they were when the people answered
REVIEWED_CALL_SHARE = 0.08
SCORES_PER_REVIEW = 3
REVIEWED_SESSION_SHARE = 0.03
AGREE_SHARE = 0.9
# Drawn at random for blind answers: about eight customer calls and ten 1:1s a week at the default size.
BLIND_CALL_SHARE = 0.035
BLIND_SESSION_SHARE = 0.14
SECOND_REVIEWER_SHARE = 0.1
# How often the reviewers' ear is right where it was shown, and where it was not.
REVIEWER_SENSITIVITY, REVIEWER_SPECIFICITY = 0.95, 0.96
TRUE_COACHING = "true_coaching"
ACKNOWLEDGED_SHARE = 0.12
REFUSED_SHARE = {"External": 0.02, "Internal": 0.005}
RETENTION_DAYS = 1095
FLAGGED_SHARE = 0.12
RISK_SIGNALS = (
    "no_activity",
    "gone_quiet",
    "overdue_close_date",
    "pushed_twice",
    "stalled_in_stage",
    "single_threaded",
    "no_next_step",
    "price_not_discussed",
    "competitor_named",
)
SESSION_BEHAVIOURS = (
    "asks_self_assessment_first",
    "gives_specific_feedback",
    "practises",
    "agrees_one_action",
    "refers_back_to_action",
)
Heard = tuple[dict[str, str], dict[str, Any]]  # what the recorder wrote of a call, and its row

NOTES = ("It is there, a bit later in the call", "That was a question about timing", "Half of it, I would not count it")


def write_consents(out: Path, recorded: list[dict[str, str]], seed: int) -> set[str]:
    """Write ``consents.csv`` for the recorder's calls; returns the ids of those that were refused."""
    rng = dice(seed, "consents")
    refused: set[str] = set()

    def rows() -> Iterator[list[object]]:
        for call in recorded:
            is_refused = rng.random() < REFUSED_SHARE[call["kind"]]
            if is_refused:
                refused.add(call["call_id"])
            until = dt.date.fromisoformat(call["started"][:10]) + dt.timedelta(days=RETENTION_DAYS)
            yield [f"gong:{call['call_id']}", "refused" if is_refused else "granted", call["started"], until]

    write_csv(out / "consents.csv", "call_id consent recorded_at retain_until", rows())
    return refused


def write_app_activity(out: Path, org: Organisation, recorded: list[dict[str, str]], refused: set[str]) -> None:
    """Write ``app_store/``. ``recorded`` is what the recorder wrote, in its order (calls of a month, then 1:1s)."""
    rows = {
        "External": org.calls.frame,
        "Internal": org.one_on_ones.filter(pl.col("is_recorded")),
    }
    heard = {
        kind: [
            (call, row)
            for call, row in zip(
                (call for call in recorded if call["kind"] == kind),
                frame.with_row_index("place").iter_rows(named=True),
                strict=True,
            )
            if call["call_id"] not in refused
        ]
        for kind, frame in rows.items()
    }
    for name, key, objects in (
        (
            "reviews",
            "review_id",
            chain(
                _reviews(org, heard["External"], heard["Internal"]),
                _blind_reviews(org, heard["External"], heard["Internal"]),
            ),
        ),
        ("acknowledgements", "acknowledgement_id", _acknowledgements(org, heard["External"])),
        ("risk_flags", "flag_id", _risk_flags(org)),
    ):
        numbered = list(_numbered(key, objects))
        if numbered:  # an export without rows is not written: an empty file would be taken for a broken upload
            write_json_lines(out / "app_store" / f"{name}.jsonl", numbered)


def _numbered(key: str, rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(rows, 1):
        yield {key: f"S{number:07d}"} | row


def _reviews(org: Organisation, calls: list[Heard], sessions: list[Heard]) -> Iterator[dict[str, Any]]:
    """Managers review some scores of their reps' calls, reps some of the 1:1s they were in."""
    rng, staff = dice(org.seed, "reviews"), org.staff
    for call, row in calls:
        if rng.random() > REVIEWED_CALL_SHARE:
            continue
        call_type = CALL_TYPES[row["call_type"]]
        fitting = [name for name in BEHAVIOURS if call_type in APPLICABLE[name] and name not in TRIGGERS]
        manager = org.present.leader[row["person"], org.present.index(row["day"])]
        reviewer = staff.people[manager].email
        for behaviour in rng.sample(fitting, SCORES_PER_REVIEW):
            yield _review(rng, (behaviour, "sales_call"), call, reviewer, org)
    for call, row in sessions:
        if row["day"] >= org.timeline.calls_from and rng.random() < REVIEWED_SESSION_SHARE:
            reviewer = staff.people[row["person"]].email
            for behaviour in rng.sample(SESSION_BEHAVIOURS, 2):
                yield _review(rng, (behaviour, "one_on_one"), call, reviewer, org)


def _review(
    rng: random.Random, what: tuple[str, str], call: dict[str, str], reviewer: str, org: Organisation
) -> dict[str, Any]:
    behaviour, rubric = what
    agrees = rng.random() < AGREE_SHARE
    return {
        "call_id": f"gong:{call['call_id']}",
        "behaviour_id": behaviour,
        "rubric_id": rubric,
        "rubric_version": RUBRIC_VERSIONS[rubric],
        "reviewer_email": reviewer,
        "verdict": "agree" if agrees else "disagree",
        "note": None if agrees else rng.choice(NOTES),
        "reviewed_at": iso(_later(rng, call, org.timeline)),
        "is_blind": "false",
        "sampled_by": None,
    }


def _blind_reviews(org: Organisation, calls: list[Heard], sessions: list[Heard]) -> Iterator[dict[str, Any]]:
    """Heads of segments answer, before they see a score, on calls and 1:1s drawn at random; some are heard by two."""
    rng, staff, came_up = dice(org.seed, "blind_reviews"), org.staff, org.calls.came_up()
    heads = [staff.people[person].email for _, person in sorted(staff.heads.items())]

    def reviewers() -> list[str]:
        return rng.sample(heads, 2 if len(heads) > 1 and rng.random() < SECOND_REVIEWER_SHARE else 1)

    for call, row in calls:
        if rng.random() < BLIND_CALL_SHARE:
            for reviewer in reviewers():
                for column, behaviour in enumerate(BEHAVIOURS):
                    fits, shown = came_up[row["place"], column], org.calls.shown[row["place"], column]
                    verdict = _heard_as(rng, bool(shown)) if fits else "not_applicable"
                    yield _blind_review(rng, (behaviour, "sales_call", verdict), call, reviewer, org)
    for call, row in sessions:
        if row["day"] >= org.timeline.calls_from and rng.random() < BLIND_SESSION_SHARE:
            for reviewer in reviewers():
                verdict = _heard_as(rng, bool(org.world.is_coached[row["person"], row["week"]]))
                yield _blind_review(rng, (TRUE_COACHING, "one_on_one", verdict), call, reviewer, org)


def _heard_as(rng: random.Random, is_shown: bool) -> str:
    """What a reviewer makes of what happened."""
    is_right = rng.random() < (REVIEWER_SENSITIVITY if is_shown else REVIEWER_SPECIFICITY)
    return "met" if is_shown == is_right else "not_met"


def _blind_review(
    rng: random.Random, what: tuple[str, str, str], call: dict[str, str], reviewer: str, org: Organisation
) -> dict[str, Any]:
    behaviour, rubric, verdict = what
    return {
        "call_id": f"gong:{call['call_id']}",
        "behaviour_id": behaviour,
        "rubric_id": rubric,
        "rubric_version": RUBRIC_VERSIONS[rubric],
        "reviewer_email": reviewer,
        "verdict": verdict,
        "note": None,
        "reviewed_at": iso(_later(rng, call, org.timeline)),
        "is_blind": "true",
        "sampled_by": "random",
    }


def _acknowledgements(org: Organisation, calls: list[Heard]) -> Iterator[dict[str, Any]]:
    rng, staff = dice(org.seed, "acknowledgements"), org.staff
    for call, row in calls:
        if rng.random() < ACKNOWLEDGED_SHARE:
            fitting = [name for name in BEHAVIOURS if CALL_TYPES[row["call_type"]] in APPLICABLE[name]]
            yield {
                "call_id": f"gong:{call['call_id']}",
                "behaviour_id": rng.choice(fitting),
                "employee_email": staff.people[row["person"]].email,
                "acknowledged_at": iso(_later(rng, call, org.timeline)),
            }


def _risk_flags(org: Organisation) -> Iterator[dict[str, Any]]:
    """Owners flag risks on some of their open deals."""
    rng, staff, as_of = dice(org.seed, "risk_flags"), org.staff, org.timeline.as_of
    for row in org.deals.frame.filter(pl.col("outcome") == "open").iter_rows(named=True):
        age = (as_of - row["created"]).days
        if age > 12 and rng.random() < FLAGGED_SHARE:
            day = as_of - dt.timedelta(days=rng.randrange(1, min(age, 60)))
            yield {
                "deal_id": f"hubspot:{deal_id(row['deal'])}",
                "risk_signal": rng.choice(RISK_SIGNALS),
                "flagged_by": staff.people[row["owner"]].email,
                "flagged_at": iso(dt.datetime.combine(day, dt.time(15)) + dt.timedelta(seconds=rng.randrange(9000))),
            }


def _later(rng: random.Random, call: dict[str, str], timeline: Timeline) -> dt.datetime:
    """Some hours to some days after a call, not after the as-of date."""
    started = dt.datetime.fromisoformat(call["started"].removesuffix("Z"))
    last = dt.datetime.combine(timeline.as_of, dt.time(23, 50))
    return min(started + dt.timedelta(minutes=rng.randrange(120, 7200)), last)
