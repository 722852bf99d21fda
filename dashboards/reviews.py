"""What a person says about a call on the page, written to the app store. The dashboards write here and in ``outcomes.py`` only.

A write reaches the marts with the next run; until then the page shows it from the store.
"""

from collections.abc import Mapping
from functools import lru_cache

import polars as pl

from dashboards.access import Viewer
from pipelines.app_store import AppStore, BlindVerdict, SampledBy, Verdict
from pipelines.settings import Settings

LOCAL_REVIEWER = "local"


@lru_cache(maxsize=4)
def open_store(url: str) -> AppStore:
    """The store behind ``url``; opened once a process."""
    return AppStore(url)


def reviewer(viewer: Viewer) -> str:
    """The name a review is signed with."""
    return viewer.email or LOCAL_REVIEWER


def may_review(viewer: Viewer) -> bool:
    """Managers and leaders judge scores; reps acknowledge them (nobody grades the scorer of their own work)."""
    return viewer.role in ("manager", "leader")


def own_verdicts(settings: Settings, viewer: Viewer, call_id: str) -> dict[tuple[str, str, str], Verdict]:
    """This viewer's newest verdict by (rubric, version, behaviour) of one call."""
    mine = (
        open_store(settings.app_store)
        .reviews()
        .filter(
            pl.col("call_id") == call_id,
            pl.col("reviewer_email") == reviewer(viewer),
            pl.col("is_blind").fill_null("false") == "false",
        )
        .sort("reviewed_at", "review_id")
    )
    return {
        (row["rubric_id"], row["rubric_version"], row["behaviour_id"]): row["verdict"]
        for row in mine.iter_rows(named=True)
    }


def blind_answers(settings: Settings, viewer: Viewer) -> pl.DataFrame:
    """This viewer's blind answers so far: call, rubric, version (a number) and behaviour."""
    return (
        open_store(settings.app_store)
        .reviews()
        .filter(pl.col("reviewer_email") == reviewer(viewer), pl.col("is_blind") == "true")
        .select("call_id", "rubric_id", pl.col("rubric_version").cast(pl.Int64), "behaviour_id")
    )


def save_reviews(
    settings: Settings,
    viewer: Viewer,
    *,
    call_id: str,
    rubric_id: str,
    rubric_version: int,
    verdicts: Mapping[str, Verdict] | Mapping[str, BlindVerdict],
    is_blind: bool = False,
    sampled_by: SampledBy | None = None,
) -> None:
    """Store what a person says of behaviours of a call, by behaviour; ``is_blind``: before seeing the scorer's answers.

    Raises:
        PermissionError: for reps.
    """
    if not may_review(viewer):
        raise PermissionError("scores are reviewed by managers and leaders")
    for behaviour_id, verdict in verdicts.items():
        open_store(settings.app_store).add_review(
            call_id=call_id,
            behaviour_id=behaviour_id,
            rubric_id=rubric_id,
            rubric_version=rubric_version,
            reviewer_email=reviewer(viewer),
            verdict=verdict,
            reviewed_at=settings.moment_of_click(),
            is_blind=is_blind,
            sampled_by=sampled_by,
        )


def acknowledge(settings: Settings, viewer: Viewer, call_id: str) -> None:
    """Store that the viewer has seen the feedback on a call."""
    open_store(settings.app_store).add_acknowledgement(
        call_id=call_id, employee_email=reviewer(viewer), acknowledged_at=settings.moment_of_click()
    )


def swap_roles(settings: Settings, viewer: Viewer, call_id: str, utterances: pl.DataFrame) -> int:
    """Store that the two sides of a call are the other way round; returns how many speakers that concerns."""
    store = open_store(settings.app_store)
    other = "manager" if "manager" in utterances["role"].to_list() else "customer"
    swapped = {"rep": other, other: "rep"}
    speakers = utterances.filter(pl.col("role").is_in(list(swapped))).select("speaker", "role").unique().sort("speaker")
    for speaker, role in speakers.iter_rows():
        store.add_role_correction(
            call_id=call_id,
            speaker=speaker,
            role=swapped[role],
            corrected_by=reviewer(viewer),
            corrected_at=settings.moment_of_click(),
        )
    return speakers.height
