"""CSV exports: whatever the spreadsheet did to them, good rows arrive as they were written."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pipelines.ingest import quotas
from pipelines.ingest.csv_files import CsvTable, decode, find_columns, sniff_delimiter, split_rows
from pipelines.ingest.exports import BadRow, Batch, Context, UnreadableFile
from tests.unit.ingest.conftest import QUOTAS

Write = Callable[[str, str | bytes], Path]
GOOD = "E1,2026-04-01,2026-06-30,250000,USD,full,false\n"


def read(context: Context) -> tuple[list[dict[str, str | None]], list[BadRow]]:
    (export,) = quotas.find(context)
    items = list(quotas.read(export, context))
    rows = [row for item in items if isinstance(item, Batch) for row in item.frame.to_dicts()]
    return rows, [item for item in items if isinstance(item, BadRow)]


def amounts(context: Context) -> list[str | None]:
    return [row["quota_amount"] for row in read(context)[0]]


cells = st.text(st.characters(codec="cp1252", exclude_characters="\r\n\x00"), max_size=12)
amounts_with_separators = st.integers(0, 10**9).flatmap(lambda n: st.sampled_from([str(n), f"{n:,}", f"{n:,}.50"]))


def is_utf_8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


@hypothesis_settings(deadline=None)  # the machine may be busy
@given(
    rows=st.lists(st.tuples(cells, amounts_with_separators), min_size=1, max_size=8),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    delimiter=st.sampled_from([",", ";", "\t"]),
    line_end=st.sampled_from(["\n", "\r\n"]),
)
def test_any_encoding_delimiter_and_number_survives(
    rows: list[tuple[str, str]], encoding: str, delimiter: str, line_end: str
) -> None:
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter, lineterminator=line_end)
    writer.writerow(["employee_id", "quota_amount"])
    writer.writerows([f"É{name}", amount] for name, amount in rows)
    data = written.getvalue().encode(encoding)
    # Bytes that are good UTF-8 are read as that, whatever they were meant to be: nothing tells them apart.
    assume(encoding != "cp1252" or not is_utf_8(data))
    text = decode(data)
    assert sniff_delimiter(text) == delimiter
    found = [row.cells for row in split_rows(text, delimiter)][1:]
    assert found == [[f"É{name}", amount] for name, amount in rows]


def test_text_is_told_as_utf_16_without_its_mark() -> None:
    assert decode("id;amount\n1;2\n".encode("utf-16-le")) == "id;amount\n1;2\n"
    assert decode("id;amount\n1;2\n".encode("utf-16-be")) == "id;amount\n1;2\n"


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"PK\x03\x04rest", "Excel workbook"), (b"caf\x81\x8d,\xe9", "not text in UTF-8")],
)
def test_what_is_not_text_says_what_to_do(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        decode(data)


def test_header_names_need_no_exact_case_or_punctuation(context: Context, write: Write) -> None:
    write("quotas.csv", "Employee ID;Period-Start;period end;QUOTA_AMOUNT\nE1;2026-04-01;2026-06-30;1,000\n")
    assert amounts(context) == ["1,000"]


def test_a_missing_column_names_the_likeliest_header() -> None:
    owners = CsvTable("raw_quota__quotas", (), "owners", required=("quota_kind",), keys=())
    with pytest.raises(UnreadableFile, match=r"column `quota_kind` not found; did you mean `Kind of quota`\?"):
        find_columns(["Region", "Kind of quota"], owners, {})


def test_no_header_is_offered_for_two_columns() -> None:
    deals = CsvTable("raw_hubspot__deals", (), "deals", required=("dealname", "dealstage"), keys=())
    with pytest.raises(UnreadableFile) as error:
        find_columns(["Stage of deal", "Region"], deals, {})
    assert str(error.value).count("did you mean `Stage of deal`?") == 1
    assert 'dealstage = "Stage of deal"' in str(error.value)


def test_a_file_without_a_header_says_which_columns_are_missing(context: Context, write: Write) -> None:
    write("quotas.csv", GOOD)
    with pytest.raises(UnreadableFile, match="column `employee_id` not found"):
        read(context)


def test_a_header_alone_is_a_table_without_rows(context: Context, write: Write) -> None:
    write("quotas.csv", QUOTAS)
    assert read(context) == ([], [])


@pytest.mark.parametrize(
    ("line", "rule", "reason"),
    [
        ("E2,2026-04-01\n", "cell_count", "2 cells where the header has 7"),
        ("E2,2026-04-01,2026-06-30,1,USD,full,false,surplus\n", "cell_count", "8 cells"),
        (" ,2026-04-01,2026-06-30,1,USD,full,false\n", "key_present", "no employee_id"),
        ('E2,"2026-04-01,2026-06-30,1,USD,full,false\n', "quotes_match", "quotes do not match"),
        (QUOTAS, "header_once", "the header again"),
    ],
)
def test_a_row_that_does_not_fit_is_set_aside_and_the_others_arrive(
    context: Context, write: Write, line: str, rule: str, reason: str
) -> None:
    write("quotas.csv", QUOTAS + GOOD + line + GOOD.replace("E1", "E3"))
    rows, (bad,) = read(context)
    assert [row["employee_id"] for row in rows] == ["E1", "E3"]
    assert (bad.rule, bad.source_row, bad.payload) == (rule, 1, line.rstrip("\n"))
    assert reason in bad.reason


def test_rows_are_kept_however_wrong_their_values_are(context: Context, write: Write) -> None:
    write("quotas.csv", QUOTAS + "E1,2025-02-29,soon,-5,??,full,maybe\n")
    ((row,), bad) = read(context)
    assert (row["period_start"], row["quota_amount"], bad) == ("2025-02-29", "-5", [])


def test_an_empty_cell_is_null_and_trailing_delimiters_do_no_harm(context: Context, write: Write) -> None:
    write("quotas.csv", QUOTAS + "E1,2026-04-01,2026-06-30,,,full,false,,\n\n,,,,,,\n")
    ((row,), bad) = read(context)
    assert (row["quota_amount"], bad) == (None, [])


def test_a_cut_off_successor_of_a_landed_file_is_refused_whole(context: Context, write: Write) -> None:
    path = write("quotas.csv", QUOTAS + GOOD + "E2,2026")
    rows, bad = read(context)
    assert (len(rows), len(bad)) == (1, 1), "the first export: what there is lands"
    landed = Context(**vars(context) | {"landed": {"quotas.csv": "older"}})
    with pytest.raises(UnreadableFile, match="cut off"):
        read(landed)
    path.write_text(QUOTAS + GOOD + "E2,2026\n")
    assert len(read(landed)[1]) == 1, "a short row that ends its line is a bad row, not a cut"
