"""The rubrics in force as rows, so that SQL knows names, weights and targets of what was scored. No scoring here."""

from collections.abc import Sequence

import polars as pl

from pipelines.lake import Lake
from pipelines.scoring.rubric import Rubric
from pipelines.settings import Settings

TABLE = "rubrics__behaviours"


def land_rubrics(settings: Settings, rubrics: Sequence[Rubric]) -> None:
    """Write each rubric whose text has not landed yet under the as-of date; a text lands once."""
    lake = Lake(settings.lake)
    landed = set(lake.scan(TABLE).select("rubric_hash").collect()["rubric_hash"])
    new = [row for rubric in rubrics if rubric.content_hash() not in landed for row in _rows(rubric)]
    if not new:
        return
    today = lake.scan(TABLE, [settings.as_of]).collect()
    rows = pl.DataFrame(new, schema=dict(today.drop("date").schema), orient="row")
    dated = rows.select(pl.lit(settings.as_of).alias("date"), pl.all())
    lake.write(TABLE, settings.as_of, pl.concat([today, dated]))


def _rows(rubric: Rubric) -> list[dict[str, object]]:
    return [
        {
            "rubric_id": rubric.id,
            "rubric_version": rubric.version,
            "behaviour_id": behaviour.id,
            "name": behaviour.title,
            "description": behaviour.description,
            "weight": behaviour.weight,
            "target_ratio": behaviour.target,
            "call_types": list(behaviour.applies.call_types),
            "trigger": behaviour.applies.moment,
            "rubric_hash": rubric.content_hash(),
        }
        for behaviour in rubric.behaviours
    ]
