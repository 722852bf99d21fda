"""JSON exports: bad lines are told from good ones, whatever block they lie in."""

import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pipelines.ingest import json_lines
from pipelines.ingest.exports import UnreadableFile
from pipelines.ingest.json_lines import BadLine, read_objects

SCHEMA: dict[str, pl.DataType] = {"id": pl.String(), "inner": pl.Struct({"a": pl.String()})}


def read(path: Path, content: str | bytes, **options: bool) -> tuple[list[dict[str, object]], list[BadLine]]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    items = list(read_objects(path, SCHEMA, pl.col("id"), **options))
    rows = [row for item in items if isinstance(item, pl.DataFrame) for row in item.to_dicts()]
    return rows, [item for item in items if isinstance(item, BadLine)]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("json") / "objects.jsonl"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id": "2", "inner": {"a"', "not JSON"),
        ('["2"]', "not a list"),
        ('"2"', "not a str"),
        ("null", "not a NoneType"),
        ('{"id": "2"}{"id": "3"}', "not JSON"),
        ('{"id": {"x": 1}}', "not the object that was expected"),
        ('{"id": "2", "inner": "text"}', "not the object that was expected"),
        ('{"id": " ", "inner": null}', "no id"),
        ('{"inner": {"a": "1"}}', "no id"),
    ],
)
def test_a_bad_line_is_told_with_its_place_and_the_others_arrive(path: Path, line: str, reason: str) -> None:
    rows, (bad,) = read(path, f'{{"id": "1"}}\n{line}\n\n{{"id": "4"}}\n')
    assert [(row["id"], row["_source_row"]) for row in rows] == [("1", 0), ("4", 3)]
    assert (bad.row, bad.text) == (1, line)
    assert reason in bad.reason


@hypothesis_settings(deadline=None)  # the machine may be busy
@given(bad=st.sets(st.integers(0, 40), max_size=10), count=st.integers(1, 41), block=st.integers(1, 9))
def test_every_line_is_either_read_or_told(path: Path, bad: set[int], count: int, block: int) -> None:
    content = "".join("{nope\n" if i in bad else f'{{"id": "{i}"}}\n' for i in range(count))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_lines, "LINES_PER_BLOCK", block)
        rows, told = read(path, content)
    assert [row["_source_row"] for row in rows] == [i for i in range(count) if i not in bad]
    assert [line.row for line in told] == [i for i in range(count) if i in bad]


def test_ids_beyond_two_to_the_53_keep_every_digit(path: Path) -> None:
    rows, _ = read(path, '{"id": 9007199254740993123}\n{"id": "7782342274025937895"}\n')
    assert [row["id"] for row in rows] == ["9007199254740993123", "7782342274025937895"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_are_told_by_their_mark(path: Path, encoding: str) -> None:
    rows, bad = read(path, '{"id": "Zoë"}\n'.encode(encoding))
    assert ([row["id"] for row in rows], bad) == (["Zoë"], [])


@pytest.mark.parametrize(
    "document", [[{"id": "1"}, {"id": "2"}], {"results": [{"id": "1"}, {"id": "2"}], "paging": None}]
)
@pytest.mark.parametrize("indent", [None, 2])
def test_a_page_of_the_api_is_read_like_lines(path: Path, document: object, indent: int | None) -> None:
    rows, bad = read(path, json.dumps(document, indent=indent))
    assert ([row["id"] for row in rows], bad) == (["1", "2"], [])


def test_a_page_that_does_not_close_is_unreadable(path: Path) -> None:
    with pytest.raises(UnreadableFile, match="is it cut off"):
        read(path, '[\n {"id": "1"},\n {"id"')


def test_a_cut_off_successor_of_a_landed_file_is_refused_whole(path: Path) -> None:
    content = '{"id": "1"}\n{"id": "2", "inn'
    assert [len(part) for part in read(path, content)] == [1, 1]
    with pytest.raises(UnreadableFile, match="last whole export stay"):
        read(path, content, has_landed=True)
    rows, _ = read(path, '{"id": "1"}\n{"id": "2"}', has_landed=True)
    assert len(rows) == 2, "a last line without its line end is whole"
