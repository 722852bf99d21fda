"""The door of this folder: ``generate`` draws the company and has every system write its exports."""

import datetime as dt
from pathlib import Path

from sample_org.answer_key import AnswerKey
from sample_org.app_activity import write_app_activity, write_consents
from sample_org.calendars import write_calendars
from sample_org.call_recorder import write_recorder
from sample_org.casting import RECORDINGS, cast_recordings, read_manifest, write_recordings
from sample_org.crm import write_crm
from sample_org.hr import write_hr
from sample_org.organisation import draw_organisation
from sample_org.plans import write_plans
from sample_org.surveys import write_surveys

AS_OF = dt.date(2026, 6, 30)


def generate(
    out: Path,
    reps: int = 240,
    managers: int = 24,
    months: int = 24,
    calls: int = 6000,
    seed: int = 7,
    as_of: dt.date = AS_OF,
    *,
    recordings: int | None = None,
    answer_key: Path | None = None,
) -> None:
    """Write the exports of all systems below ``out``; the same arguments give the same bytes.

    Args:
        out: folder for the exports; files of an earlier run with other sizes are not removed.
        reps: reps in seat at the as-of date (those who left before come on top).
        months: calendar months up to and including that of ``as_of``.
        calls: customer calls of the last 26 weeks; fewer when the reps' days cannot hold as many.
        recordings: how many recordings to place at most (None: all there are).
        answer_key: folder for what is true, outside ``out``; None: it is not written.

    Raises:
        ValueError: a size no company can have, or an answer key among the exports.
    """
    if min(managers, months) < 1 or calls < 0 or reps < managers:
        raise ValueError(f"a company needs a rep for each manager: {reps} reps, {managers} managers, {months} months")
    if answer_key is not None and answer_key.resolve().is_relative_to(out.resolve()):
        raise ValueError(f"the answer key may not lie among the exports: {answer_key}")
    drawn = draw_organisation(reps=reps, managers=managers, months=months, calls=calls, seed=seed, as_of=as_of)
    org, casts = cast_recordings(drawn, read_manifest(RECORDINGS)[:recordings])
    key = AnswerKey() if answer_key else None
    write_hr(out, org.staff)
    write_plans(out, org.staff, org.timeline, org.plans)
    write_crm(out, org)
    write_calendars(out, org)
    write_surveys(out, org)
    recorded = write_recorder(out, org, key)
    refused = write_consents(out, recorded, seed)
    write_app_activity(out, org, recorded, refused)
    write_recordings(out, casts, org, RECORDINGS)
    if key is not None and answer_key is not None:
        key.write(answer_key, org)
