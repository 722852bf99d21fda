"""The published marts: what dashboards read."""

import dagster as dg

from orchestration.resources import Progress
from pipelines.publish import publish
from pipelines.settings import Settings


def published_marts(marts: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """The asset that publishes ``marts``, so that the lineage reads from raw to published."""

    @dg.asset(key="published_marts", group_name="publish", kinds={"duckdb"}, deps=marts)
    def publish_marts(settings: dg.ResourceParam[Settings], progress: Progress) -> dg.MaterializeResult:
        """Marts only, in a versioned file; readers switch to it at once."""
        report = publish(settings)
        progress.say(f"Published {report.version}" if report.is_new else f"Unchanged: {report.version} stays published")
        return dg.MaterializeResult(
            metadata={"version": report.version, "path": dg.MetadataValue.path(report.path), "is_new": report.is_new}
        )

    return publish_marts
