"""Conventions of the dbt project, told from its manifest: who may read whom, and what every mart and page must say."""

import json
from typing import Any

import pytest
from dbt_build import Build

Nodes = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def manifest(tiny: Build) -> dict[str, Any]:
    return json.loads((tiny.warehouse.parent / "target" / "manifest.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def models(manifest: dict[str, Any]) -> Nodes:
    return {name: node for name, node in manifest["nodes"].items() if node["resource_type"] == "model"}


def layer(model: dict[str, Any]) -> str:
    return str(model["fqn"][1])


def test_only_staging_reads_sources_and_staging_reads_nothing_else(models: Nodes) -> None:
    for model in models.values():
        reads = model["depends_on"]["nodes"]
        of_sources = [name for name in reads if name.startswith("source.")]
        if layer(model) == "staging":
            assert reads == of_sources, f"{model['name']} reads {set(reads) - set(of_sources)}"
        else:
            assert not of_sources, f"{model['name']} reads {of_sources}"


def test_a_staging_model_has_one_source_beside_the_list_of_loads(models: Nodes) -> None:
    landing = {"source.sideline.lake._dlt_loads", "source.sideline.lake.raw_ingest__files"}
    for model in models.values():
        if layer(model) == "staging":
            assert len(set(model["depends_on"]["nodes"]) - landing) == 1, model["name"]


def test_every_model_is_named_for_its_layer(models: Nodes) -> None:
    prefixes = {"staging": ("stg_",), "intermediate": ("int_",), "marts": ("fct_", "dim_")}
    for model in models.values():
        assert model["name"].startswith(prefixes[layer(model)]), model["name"]


def test_every_mart_has_a_contract_and_its_grain_and_columns_described(models: Nodes) -> None:
    for model in models.values():
        if layer(model) == "marts":
            assert model["config"]["contract"]["enforced"], model["name"]
            first_line = model["description"].strip().split("\n")[0]
            assert first_line.startswith(("One row per", "One row a")), f"{model['name']}: {first_line}"
            silent = [name for name, column in model["columns"].items() if not column["description"].strip()]
            assert not silent, f"{model['name']}: {silent}"


def test_metrics_are_told_from_marts(manifest: dict[str, Any], models: Nodes) -> None:
    assert manifest["semantic_models"]
    for semantic in manifest["semantic_models"].values():
        for name in semantic["depends_on"]["nodes"]:
            assert layer(models[name]) == "marts", f"{semantic['name']} reads {name}"


def test_every_page_has_an_owner_and_reads_marts(manifest: dict[str, Any], models: Nodes) -> None:
    assert manifest["exposures"]
    for exposure in manifest["exposures"].values():
        assert exposure["owner"]["email"] and exposure["owner"]["name"] and exposure["description"]
        for name in exposure["depends_on"]["nodes"]:
            assert layer(models[name]) == "marts", f"{exposure['name']} reads {name}"


def test_what_is_incremental_is_told_by_all_it_is_made_of(models: Nodes) -> None:
    """One mechanism (macros/incremental.sql); everything else is a table or a view, made anew by each run."""
    for model in models.values():
        config = model["config"]
        if config["materialized"] in {"view", "table"}:
            continue
        assert config["incremental_strategy"] == "changed_objects", model["name"]
        told_by = {*(config.get("touched_by") or []), *(config.get("built_anew_with") or [])}
        read = {models[node]["name"] for node in model["depends_on"]["nodes"] if node in models}
        assert told_by <= read, f"{model['name']} is told by models that it may be built before"
