"""The whole line on a tiny company: real audio, real files, real dbt and Dagster, no network."""

import dagster as dg
import pytest

from orchestration.definitions import build_defs
from tests.integration.conftest import Line

pytestmark = [pytest.mark.integration, pytest.mark.slow]


def test_recordings_become_transcripts_scores_and_moments(line: Line) -> None:
    heard = line.query("select count(*) from fct_calls where source = 'folder' and status = 'transcribed'")
    scored = line.query(
        "select count(*) from fct_behaviour_scores as s inner join fct_calls as c using (call_id) where c.source = 'folder'"
    )
    assert heard[0][0] == 2
    assert int(str(scored[0][0])) > 0


def test_coaching_is_joined_to_attainment(line: Line) -> None:
    joined = line.query(
        "select count(*) from fct_rep_months where coaching_minutes > 0 and attainment is not null and quota_amount > 0"
    )
    assert int(str(joined[0][0])) > 0


def test_nothing_left_the_machine(line: Line) -> None:
    assert not line.connections.exists() or line.connections.read_text() == ""


def test_a_second_run_recognises_nothing_and_changes_no_row(line: Line) -> None:
    before = line.marts()
    recognised = {p: p.stat().st_mtime_ns for p in (line.settings.cache_dir / "transcripts").rglob("*.json")}
    done = line.run()
    assert done.returncode == 0, done.stderr[-3000:]
    assert line.marts() == before
    assert {p: p.stat().st_mtime_ns for p in (line.settings.cache_dir / "transcripts").rglob("*.json")} == recognised


def test_checks_and_lineage_are_readable(line: Line) -> None:
    graph = build_defs(line.settings).resolve_asset_graph()
    published = dg.AssetKey("published_marts")
    above = graph.get_ancestor_asset_keys(published)
    assert {
        dg.AssetKey("raw_hubspot__deals"),
        dg.AssetKey("transcripts__calls"),
        dg.AssetKey("fct_rep_months"),
    } <= above
    assert len(graph.asset_check_keys) > 100
