"""Answers to the pulse, written to the app store: who may answer, for which quarter, and once.

What is kept of an answer is ``pipelines/app_store.py``'s; what comes back is the mart ``fct_perception``.
"""

import datetime as dt
from collections.abc import Mapping

import polars as pl

from dashboards.access import Viewer
from dashboards.reviews import open_store
from pipelines.app_pulses import RespondentKind, released_on
from pipelines.settings import Settings


def respondent_kind(viewer: Viewer) -> RespondentKind | None:
    """A manager answers as leader of the team, a rep as rep; others are not asked."""
    if viewer.email and viewer.manager_id:
        return "leader"
    return "rep" if viewer.email and viewer.rep_id else None


def quarter_asked_about(quarters: pl.DataFrame, today: dt.date) -> tuple[dt.date, str] | None:
    """First day and name of the earliest quarter whose answers are not released yet, of ``quarter_start, label``."""
    still_open = [row for row in quarters.sort("quarter_start").iter_rows() if today < released_on(row[0])]
    return still_open[0] if still_open else None


def has_answered(settings: Settings, viewer: Viewer, quarter_start: dt.date) -> bool:
    return viewer.email is not None and open_store(settings.app_store).has_answered_pulse(viewer.email, quarter_start)


def save(
    settings: Settings, viewer: Viewer, team_id: str, quarter_start: dt.date, answers: Mapping[str, float]
) -> None:
    """Store one person's answers by question.

    Raises:
        PermissionError: nobody is logged in, or this viewer is not asked.
        AlreadyAnswered: a rep who has answered for the quarter.
        ValueError: the quarter is closed, or an answer is off its scale.
    """
    kind = respondent_kind(viewer)
    if kind is None or viewer.email is None:
        raise PermissionError("reps and managers who are logged in answer the pulse")
    open_store(settings.app_store).add_pulse(
        team_id=team_id,
        quarter_start=quarter_start,
        respondent_kind=kind,
        respondent_email=viewer.email,
        answers=answers,
        answered_at=settings.moment_of_click(),
    )
