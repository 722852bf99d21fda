"""The dbt project as assets: staging, intermediate, marts, with dbt's tests as asset checks."""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets

from orchestration.resources import OfflineDbt, Progress, dbt_vars
from pipelines.settings import Settings

LOCK_MESSAGE = "Could not set lock"
FAILURE_LINES = ("Failure in ", "Encountered an error")


class SidelineTranslator(DagsterDbtTranslator):
    """One name from end to end, and groups by layer, so that the graph reads from left to right."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] == "source":
            return super().get_asset_key(dbt_resource_props)
        return dg.AssetKey(dbt_resource_props["name"])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        return dbt_resource_props["fqn"][1] if dbt_resource_props["resource_type"] == "model" else "seeds"


@contextlib.contextmanager
def _told_to_log(log: Path) -> Iterator[None]:
    """dbt's hundreds of lines go to a file beside the data: a run tells steps, and its failures by name."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as lines, contextlib.redirect_stdout(lines):
        yield


def what_failed(log: Path) -> str:
    """The first failure that dbt's output names, with its reason, and where the rest is."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    starts = [place for place, line in enumerate(lines) if line.startswith(FAILURE_LINES)]
    told = lines[starts[0] : starts[0] + 3] if starts else lines[-2:]
    return f"dbt: {'; '.join(told)} (the whole output: {log})"


def warehouse_assets(manifest: Path, full_refresh: bool = False) -> dg.AssetsDefinition:
    """All models and seeds of the project whose compiled manifest is given."""
    translator = SidelineTranslator(settings=DagsterDbtTranslatorSettings(enable_asset_checks=True))

    @dbt_assets(manifest=manifest, dagster_dbt_translator=translator, name="warehouse")
    def warehouse(
        context: dg.AssetExecutionContext, dbt: OfflineDbt, settings: dg.ResourceParam[Settings], progress: Progress
    ) -> Iterator[Any]:
        progress.say("Building the warehouse …")
        command = ["build", "--vars", dbt_vars(settings), *(["--full-refresh"] if full_refresh else [])]
        log = settings.data_dir / "dbt" / "build.log"
        with _told_to_log(log):
            invocation = dbt.cli(command, context=context, raise_on_error=False)
            yield from invocation.stream()
        if invocation.is_successful():
            return
        # dbt's own retries wait out a short reader; a long one is worth another try, a failing test is not.
        if LOCK_MESSAGE in str(invocation.get_error()):
            raise dg.RetryRequested(max_retries=3, seconds_to_wait=20)
        raise dg.Failure(what_failed(log))

    return warehouse
