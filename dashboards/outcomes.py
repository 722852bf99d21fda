"""What a manager made of the queue and what a rep has seen of the corrections, written to the app store.

Both are checked against what the viewer may see. A write reaches the marts with the next run; until then the page shows
it from the store.
"""

import polars as pl

from dashboards.access import Viewer
from dashboards.data import Marts
from dashboards.reviews import open_store, reviewer
from pipelines.app_store import Outcome
from pipelines.settings import Settings

ITEM = "select item_id from fct_manager_queue where item_id = $item_id"
TRANSITION = """
    select rep_id from fct_corrections where correction_id = $correction_id and sequence_number = $sequence_number
"""


def outcomes(settings: Settings) -> dict[str, tuple[Outcome, str | None]]:
    """The newest outcome of each item and its reason, whoever gave it."""
    given = open_store(settings.app_store).queue_outcomes().sort("recorded_at", "outcome_id")
    return {row["item_id"]: (row["outcome"], row["reason"]) for row in given.iter_rows(named=True)}


def save_outcome(settings: Settings, marts: Marts, item_id: str, outcome: Outcome, reason: str | None = None) -> None:
    """Store what became of an item.

    Raises:
        PermissionError: the item is in nobody's queue that this viewer may see.
    """
    if marts.frame(ITEM, item_id=item_id).is_empty():
        raise PermissionError("that item is not in a queue of yours")
    open_store(settings.app_store).add_queue_outcome(
        item_id=item_id,
        outcome=outcome,
        reason=reason or None,
        recorded_by=reviewer(marts.viewer),
        recorded_at=settings.moment_of_click(),
    )


def acknowledged(settings: Settings, viewer: Viewer) -> set[tuple[str, int]]:
    """Corrections this viewer has seen, each with the row it stood at."""
    mine = (
        open_store(settings.app_store)
        .correction_acknowledgements()
        .filter(pl.col("employee_email") == reviewer(viewer))
    )
    return {(row["correction_id"], int(row["sequence"])) for row in mine.iter_rows(named=True)}


def acknowledge_correction(settings: Settings, marts: Marts, correction_id: str, sequence_number: int) -> None:
    """Store that the rep has seen a correction as it stands.

    Raises:
        PermissionError: the correction is about somebody else.
    """
    row = marts.frame(TRANSITION, correction_id=correction_id, sequence_number=sequence_number)
    is_own = row.height and (marts.viewer.is_local or row["rep_id"][0] == marts.viewer.rep_id)
    if not is_own:
        raise PermissionError("only the rep acknowledges a correction")
    open_store(settings.app_store).add_correction_acknowledgement(
        correction_id=correction_id,
        sequence=sequence_number,
        employee_email=reviewer(marts.viewer),
        acknowledged_at=settings.moment_of_click(),
    )


def set_subscription(settings: Settings, viewer: Viewer, is_wanted: bool) -> None:
    """Whether the viewer gets the Monday message."""
    store = open_store(settings.app_store)
    if viewer.email and is_wanted:
        store.subscribe(viewer.email)
    elif viewer.email:
        store.unsubscribe(email=viewer.email, unsubscribed_at=settings.moment_of_click())


def is_subscribed(settings: Settings, viewer: Viewer) -> bool:
    return viewer.email not in open_store(settings.app_store).unsubscribed()
