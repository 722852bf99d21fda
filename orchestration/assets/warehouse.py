"""The dbt project as assets: staging, intermediate, marts, with dbt's tests as asset checks; two passes of dbt."""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets

from orchestration.resources import OfflineDbt, Progress
from pipelines.settings import Settings

LOCK_MESSAGE = "Could not set lock"
AFTER_ESTIMATION = "tag:after_estimation"
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


def warehouse_assets(manifest: Path, full_refresh: bool = False) -> list[dg.AssetsDefinition]:
    """The project's models and seeds as two passes of dbt: before estimation, and what is made from its results.

    A model belongs to the second pass by its tag ``after_estimation``: evidence and coaching read the marts of the first
    and land in the lake, whose staging, and all that refers to it, is tagged.
    """
    return [
        _pass("warehouse", "Building the warehouse …", manifest, full_refresh, exclude=AFTER_ESTIMATION),
        _pass("warehouse_after_estimation", "Adding what was found …", manifest, full_refresh, select=AFTER_ESTIMATION),
    ]


def _pass(name: str, told: str, manifest: Path, full_refresh: bool, **selection: str) -> dg.AssetsDefinition:
    translator = SidelineTranslator(settings=DagsterDbtTranslatorSettings(enable_asset_checks=True))

    @dbt_assets(manifest=manifest, dagster_dbt_translator=translator, name=name, **selection)  # type: ignore[arg-type]
    def build(
        context: dg.AssetExecutionContext, dbt: OfflineDbt, settings: dg.ResourceParam[Settings], progress: Progress
    ) -> Iterator[Any]:
        progress.say(told)
        # dbt's unit tests are about the project, not about this data: `make test` runs them.
        command = ["build", "--exclude-resource-type", "unit_test"]
        command += ["--full-refresh"] if full_refresh else []
        log = settings.data_dir / "dbt" / f"{name}.log"
        with _told_to_log(log):
            invocation = dbt.cli(command, context=context, raise_on_error=False)
            yield from invocation.stream()
        if invocation.is_successful():
            return
        # dbt's own retries wait out a short reader; a long one is worth another try, a failing test is not.
        if LOCK_MESSAGE in str(invocation.get_error()):
            raise dg.RetryRequested(max_retries=3, seconds_to_wait=20)
        raise dg.Failure(what_failed(log))

    return build
