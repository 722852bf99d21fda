"""The exports as files: the same for the same arguments, in the shape the systems give, at any size."""

import datetime as dt
import hashlib
import itertools
import re
from pathlib import Path

import pytest

from pipelines.contracts import PROVENANCE, RAW_TABLES
from sample_org.company import COMPETITORS, CUSTOMER_TRADES, CUSTOMER_WORDS, FIRST_NAMES, PRODUCTS
from sample_org.crm_history import WEEKDAYS
from sample_org.generate import generate

from .conftest import SIZE, Exports

TINY = {"reps": 4, "managers": 1, "months": 3, "calls": 40, "recordings": 0}


def content(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_same_seed_gives_same_bytes(tmp_path: Path) -> None:
    generate(tmp_path / "one", **TINY, seed=3)
    generate(tmp_path / "two", **TINY, seed=3)
    assert content(tmp_path / "one") == content(tmp_path / "two")


def test_another_seed_gives_another_company(tmp_path: Path) -> None:
    generate(tmp_path / "one", **TINY, seed=3)
    generate(tmp_path / "two", **TINY, seed=4)
    one, two = content(tmp_path / "one"), content(tmp_path / "two")
    assert one["quotas.csv"] != two["quotas.csv"]
    assert one["hubspot/deals.jsonl"] != two["hubspot/deals.jsonl"]


def test_the_answer_key_changes_no_export(exports: Exports, tmp_path: Path) -> None:
    generate(tmp_path / "out", **SIZE, recordings=0)
    assert content(tmp_path / "out") == content(exports.folder)


@pytest.mark.parametrize("day", [dt.date(2026, 6, 30), dt.date(2024, 2, 29), dt.date(2025, 11, 12)])
def test_smallest_company_is_complete_on_any_day(tmp_path: Path, day: dt.date) -> None:
    generate(tmp_path, **TINY, as_of=day)
    out = Exports(tmp_path)
    in_seat = [row for row in out.rows("hr/employees.csv") if row["role"] == "rep" and not row["leave_date"]]
    assert len(in_seat) == 4
    assert list(out.objects("gong/calls/*.jsonl"))
    assert max(call["metaData"]["started"] for call in out.objects("gong/calls/*.jsonl")) < f"{day}T23:59:59Z"


def test_answer_key_among_the_exports_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="answer key"):
        generate(tmp_path, **TINY, answer_key=tmp_path / "key")


def test_more_managers_than_reps_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a rep for each manager"):
        generate(tmp_path, reps=2, managers=3)


@pytest.mark.parametrize(
    ("file", "table"),
    [
        ("hr/employees.csv", "raw_hr__employees"),
        ("hr/assignments.csv", "raw_hr__assignments"),
        ("hr/absences.csv", "raw_hr__absences"),
        ("quotas.csv", "raw_quota__quotas"),
        ("training/events.csv", "raw_training__events"),
        ("training/programmes.csv", "raw_training__programmes"),
        ("consents.csv", "raw_consent__calls"),
        ("surveys.csv", "raw_survey__team_quarters"),
    ],
)
def test_csv_headers_are_the_raw_tables_columns(exports: Exports, file: str, table: str) -> None:
    header = (exports.folder / file).read_text(encoding="utf-8").splitlines()[0].split(",")
    assert header == [column for column in RAW_TABLES[table] if column not in PROVENANCE]


@pytest.mark.parametrize("name", ["reviews", "acknowledgements", "risk_flags"])
def test_app_store_rows_have_the_raw_tables_columns(exports: Exports, name: str) -> None:
    rows = list(exports.objects(f"app_store/{name}.jsonl"))
    assert rows
    assert {key for row in rows for key in row} == set(RAW_TABLES[f"raw_app__{name}"]) - set(PROVENANCE)


def test_customer_calls_are_as_many_as_asked_and_recent(exports: Exports) -> None:
    external = [call for call in exports.objects("gong/calls/*.jsonl") if call["metaData"]["scope"] == "External"]
    assert len(external) == SIZE["calls"]
    first = SIZE["as_of"] - dt.timedelta(weeks=26)
    assert min(call["metaData"]["started"] for call in external) > first.isoformat()


def test_masked_utterances_stay_few(exports: Exports) -> None:
    """The text banks bound what a scorer has to read: 3,400 distinct masked sentences at the default size."""
    texts = {
        sentence["text"]
        for transcript in exports.objects("gong/transcripts/*.jsonl")
        for turn in transcript["transcript"]
        for sentence in turn["sentences"]
    }
    masked = {masked_text(text) for text in texts}
    assert len(texts) > len(masked) > 500
    assert len(masked) < 8000


def masked_text(text: str) -> str:
    """Without numbers, days and names: those of people, customers, competitors and products."""
    words = [("NAME" if NAME.sub("", word) in PROPER else re.sub(r"\d[\d,.]*", "0", word)) for word in text.split()]
    return " ".join(word for word, _ in itertools.groupby(words))


NAME = re.compile(r"[^A-Za-z]|'s")
TRADES = [trade for trade, _ in CUSTOMER_TRADES]
PROPER = {
    word
    for names in (FIRST_NAMES, CUSTOMER_WORDS, TRADES, COMPETITORS, PRODUCTS, WEEKDAYS)
    for name in names
    for word in name.split()
}
