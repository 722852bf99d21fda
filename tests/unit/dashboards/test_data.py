"""Reading: the current version, the viewer's rows, and of the lake only what belongs to a visible call."""

import shutil

import duckdb
import pytest

from dashboards import data
from dashboards.data import CallHidden, NothingPublished, open_marts
from pipelines.lake import Lake
from pipelines.settings import Settings
from tests.fixtures import published_org as org


def test_before_the_first_publish_there_is_nothing_to_open(settings: Settings) -> None:
    with pytest.raises(NothingPublished):
        open_marts(settings, None)


def test_a_new_version_is_read_at_the_next_opening_and_an_open_one_stays(small_org: Settings) -> None:
    before = open_marts(small_org, None)
    assert before.frame("select count(*) as n from fct_calls").item() == 6
    newer = before.path.with_name("2026-07-01-new.duckdb")
    shutil.copy(before.path, newer)
    with duckdb.connect(str(newer)) as published:
        published.execute("delete from fct_calls")
    (small_org.serve_dir / "current").write_text(newer.name)
    assert open_marts(small_org, None).frame("select count(*) as n from fct_calls").item() == 0
    assert before.frame("select count(*) as n from fct_calls where true").item() == 6


def test_values_are_bound_and_never_part_of_the_sql(small_org: Settings) -> None:
    rows = open_marts(small_org, None).frame("select * from fct_calls where call_id = $call_id", call_id="' or true --")
    assert rows.is_empty()


def test_the_published_file_is_opened_read_only(small_org: Settings) -> None:
    marts = open_marts(small_org, None)
    with pytest.raises(duckdb.Error, match="read-only"):
        marts.frame("delete from published.main.fct_calls returning call_id")


def test_transcript_and_audio_of_a_visible_call(small_org: Settings) -> None:
    marts, lake = open_marts(small_org, "r1@acme.test"), Lake(small_org.lake)
    assert data.transcript(marts, lake, "folder:r1")["utterance_index"].to_list() == [0, 1, 2, 3]
    assert data.transcript(marts, lake, "folder:s-r1").height == 4
    recording = data.audio(marts, lake, "folder:r1")
    assert recording is not None
    assert recording.startswith(b"OggS")


def test_a_call_without_kept_audio_has_none(small_org: Settings) -> None:
    assert data.audio(open_marts(small_org, None), Lake(small_org.lake), "folder:r2") is None


@pytest.mark.parametrize("call_id", ["folder:r2", "folder:s-r2", "folder:r9"])
def test_another_reps_call_looks_like_one_that_does_not_exist(small_org: Settings, call_id: str) -> None:
    marts, lake = open_marts(small_org, "r1@acme.test"), Lake(small_org.lake)
    with pytest.raises(CallHidden):
        data.transcript(marts, lake, call_id)
    with pytest.raises(CallHidden):
        data.audio(marts, lake, call_id)


def test_as_of_is_the_publications_and_not_todays(small_org: Settings) -> None:
    assert open_marts(small_org, None).as_of == org.AS_OF
