"""The whole line on a tiny company: real audio, real files, real dbt and Dagster, no network."""

import json
from concurrent.futures import ThreadPoolExecutor

import dagster as dg
import pytest

from orchestration.definitions import build_defs
from orchestration.resources import dagster_home
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


def test_a_recording_dropped_into_the_folder_reaches_the_marts_through_the_sensor(line: Line) -> None:
    recordings = line.settings.recordings
    assert recordings is not None
    source = next(recordings.glob("*.opus"))
    defs = build_defs(line.settings)
    sensor = defs.get_sensor_def("new_recordings")
    with dg.DagsterInstance.from_config(str(dagster_home(line.settings))) as instance:
        seen = sensor(dg.build_sensor_context(instance=instance))
        assert isinstance(seen, dg.SensorResult)

        sidecar = json.loads(source.with_suffix(".json").read_text()) | {"call_id": "dropped-in"}
        # Other bytes, so another recording: Opus readers stop at the end of the stream and ignore what follows it.
        (recordings / "dropped.opus").write_bytes(source.read_bytes() + b"\0")
        (recordings / "dropped.json").write_text(json.dumps(sidecar))
        try:
            found = sensor(dg.build_sensor_context(instance=instance, cursor=seen.cursor))
            assert isinstance(found, dg.SensorResult) and found.run_requests
            job = defs.get_job_def("everything")
            result = job.execute_in_process(instance=instance, tags=found.run_requests[0].tags, raise_on_error=False)
            assert result.success
        finally:
            (recordings / "dropped.opus").unlink()
            (recordings / "dropped.json").unlink()
    assert line.query("select status from fct_calls where call_id = 'folder:dropped-in'") == [("transcribed",)]


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


def test_two_more_runs_at_once_go_one_after_the_other_recognise_nothing_and_change_no_row(line: Line) -> None:
    before = line.marts()
    transcripts = line.settings.cache_dir / "transcripts"
    recognised = {path: path.stat().st_mtime_ns for path in transcripts.rglob("*.json")}
    with ThreadPoolExecutor(2) as two:
        done = list(two.map(lambda _: line.run(), range(2)))
    assert [run.returncode for run in done] == [0, 0], [run.stdout[-1000:] for run in done]
    assert line.marts() == before
    assert {path: path.stat().st_mtime_ns for path in transcripts.rglob("*.json")} == recognised
