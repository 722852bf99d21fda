"""Publishing: versions follow content, readers see whole files only, failures leave the version before."""

import datetime as dt
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import pytest

from pipelines.publish import PublishError, current_path, publish
from pipelines.settings import Settings

AS_OF = dt.date(2026, 6, 30)

READER = """
import sys, duckdb
from pathlib import Path
from pipelines.publish import current_path
serve, stop = Path(sys.argv[1]), Path(sys.argv[2])
reads, seen = 0, set()
while not stop.exists():
    with duckdb.connect(str(current_path(serve)), read_only=True) as con:
        rows, low, high = con.execute("select count(*), min(build), max(build) from fct_calls").fetchone()
        told = con.execute("select row_count from publication where table_name = 'fct_calls'").fetchone()[0]
    assert rows == told == 20000 and low == high, (rows, told, low, high)
    reads, seen = reads + 1, seen | {low}
print(reads, len(seen))
"""

PUBLISHER = """
import datetime, sys
from pipelines.publish import PublishError, publish
from pipelines.settings import Settings
{before}
try:
    publish(Settings(data_dir=sys.argv[1], as_of=datetime.date(2026, 6, 30), _env_file=None))
except PublishError as error:
    print(error)
    sys.exit(3)
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, as_of=AS_OF, _env_file=None)


def build(settings: Settings, number: int, rows: int = 20_000, reverse: bool = False) -> None:
    """Write a warehouse as dbt would: marts in ``main``, staging beside it."""
    settings.warehouse.unlink(missing_ok=True)
    order = "desc" if reverse else "asc"
    with duckdb.connect(str(settings.warehouse)) as warehouse:
        warehouse.execute(
            f"create table fct_calls as select i as call_id, {number} as build, repeat('x', 40) as text"
            f" from range({rows}) as t(i) order by i {order}"
        )
        warehouse.execute("create table dim_reps as select 'hr:1' as rep_id")
        warehouse.execute("create schema staging")
        warehouse.execute("create table staging.stg_deals as select 1 as deal_id")


def run_publisher(settings: Settings, before: str = "") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PUBLISHER.format(before=before), str(settings.data_dir)],
        stdout=subprocess.PIPE,
        text=True,
    )


def read_build(settings: Settings) -> int:
    path = current_path(settings.serve_dir)
    assert path is not None
    with duckdb.connect(str(path), read_only=True) as published:
        rows, build_number = published.execute("select count(*), max(build) from fct_calls").fetchone()
    assert rows == 20_000
    return build_number


def test_marts_are_published_and_staging_is_not(settings: Settings) -> None:
    build(settings, 1)
    report = publish(settings)
    with duckdb.connect(str(report.path), read_only=True) as published:
        tables = {name for (name,) in published.execute("select table_name from duckdb_tables()").fetchall()}
        rows = published.execute("select * from publication order by table_name").fetchall()
    assert tables == {"fct_calls", "dim_reps", "publication", "publication_sources"}
    assert rows == [(report.version, AS_OF, "dim_reps", 1), (report.version, AS_OF, "fct_calls", 20_000)]
    assert current_path(settings.serve_dir) == report.path


@pytest.mark.parametrize("reverse", [False, True])
def test_an_unchanged_build_keeps_its_version_whatever_the_row_order(settings: Settings, reverse: bool) -> None:
    build(settings, 1)
    first = publish(settings)
    written = first.path.stat().st_ino, first.path.read_bytes()
    build(settings, 1, reverse=reverse)
    second = publish(settings)
    assert (second.version, second.is_new, first.is_new) == (first.version, False, True)
    assert (second.path.stat().st_ino, second.path.read_bytes()) == written


def test_a_changed_value_a_duplicate_row_and_a_later_as_of_date_each_make_a_version(settings: Settings) -> None:
    build(settings, 1)
    versions = [publish(settings).version]
    for statement in ("update fct_calls set build = 7 where call_id = 5", "insert into dim_reps values ('hr:1')"):
        with duckdb.connect(str(settings.warehouse)) as warehouse:
            warehouse.execute(statement)
        versions.append(publish(settings).version)
    later = settings.model_copy(update={"as_of": AS_OF + dt.timedelta(days=1)})
    versions.append(publish(later).version)
    assert len(set(versions)) == 4


class IncrementalWarehouse:
    """A warehouse whose ``fct_calls`` dbt builds by day (dbt/macros/incremental.sql): two calls a day and one without."""

    def __init__(self, settings: Settings, days: Sequence[str], warehouse_id: str = "one") -> None:
        self.path = settings.warehouse
        self.path.unlink(missing_ok=True)
        self._run(
            "create table fct_calls (call_date date, text varchar)",
            "insert into fct_calls values (null, 'first')",
            *(f"insert into fct_calls values ('{day}', 'first'), ('{day}', 'first')" for day in days),
            "create schema intermediate",
            f"create table intermediate.builds as select '{warehouse_id}' as warehouse_id, 1 as build_number",
            "create table intermediate.models_built as"
            " select 'fct_calls' as model_name, 'call_date' as object, 1 as changed_in, 1 as made_anew_in",
            "create table intermediate.objects_changed"
            " (model_name varchar, object_kind varchar, object_id varchar, build_number bigint)",
        )

    def _run(self, *statements: str) -> None:
        with duckdb.connect(str(self.path)) as warehouse:
            for statement in statements:
                warehouse.execute(statement)

    def write(self, text: str) -> None:
        """Rows that no build has told of."""
        self._run(f"update fct_calls set text = '{text}'")

    def pass_builds(self, count: int) -> None:
        self._run(f"update intermediate.builds set build_number = build_number + {count}")

    def build(self, text: str, days: Sequence[str], gone: Sequence[str] = ()) -> None:
        self.pass_builds(1)
        number = "(select build_number from intermediate.builds)"
        for day in [*days, *gone]:
            self._run(f"insert into intermediate.objects_changed values ('fct_calls', 'day', '{day}', {number})")
            self._run(f"delete from fct_calls where call_date = '{day}'")
        for day in days:
            self._run(f"insert into fct_calls values ('{day}', '{text}'), ('{day}', '{text}')")
        self._run(f"update intermediate.models_built set changed_in = {number}")

    def build_from_nothing(self, text: str) -> None:
        self.pass_builds(1)
        self.write(text)
        number = "(select build_number from intermediate.builds)"
        self._run(f"update intermediate.models_built set changed_in = {number}, made_anew_in = {number}")


DAYS = [f"2026-06-{day:02}" for day in range(1, 31)]


def published_texts(settings: Settings) -> dict[str | None, str]:
    path = current_path(settings.serve_dir)
    assert path is not None
    with duckdb.connect(str(path), read_only=True) as published:
        rows = published.execute("select call_date::varchar, min(text), max(text), count(*) from fct_calls group by 1")
        return {day: low for day, low, high, count in rows.fetchall() if low == high and count == (2 if day else 1)}


def test_of_a_mart_built_incrementally_only_changed_objects_are_written(settings: Settings) -> None:
    warehouse = IncrementalWarehouse(settings, DAYS)
    publish(settings)
    # One day changed, one gone, one new; what dbt says is unchanged is not read, and so not published.
    warehouse.write("not read")
    warehouse.build("new", [DAYS[3]], gone=[DAYS[4]])
    warehouse.build("newer", ["2026-07-01"])
    assert publish(settings).is_new
    texts = published_texts(settings)
    assert texts.pop(None) == "not read"  # without a day nothing tells: written each time
    kept = {day: "first" for day in DAYS if day not in (DAYS[3], DAYS[4])}
    assert texts == kept | {DAYS[3]: "new", "2026-07-01": "newer"}
    warehouse.pass_builds(1)
    assert not publish(settings).is_new
    # The name tells the content, however it was reached.
    version = publish(settings).version
    elsewhere = settings.model_copy(update={"data_dir": settings.data_dir / "elsewhere"})
    elsewhere.data_dir.mkdir()
    shutil.copy(settings.warehouse, elsewhere.warehouse)
    with duckdb.connect(str(elsewhere.warehouse)) as connection:
        connection.execute("update fct_calls set text = 'first' where text = 'not read' and call_date is not null")
    assert publish(elsewhere).version == version


@pytest.mark.parametrize(
    "happens",
    [
        lambda warehouse, settings: warehouse.build("new", DAYS[:20]),
        lambda warehouse, settings: warehouse.build_from_nothing("read"),
        lambda warehouse, settings: (warehouse.pass_builds(10), warehouse.build("new", DAYS[:1])),
        lambda warehouse, settings: IncrementalWarehouse(settings, DAYS, warehouse_id="another").write("read"),
    ],
    ids=["most changed", "built from nothing", "changes of so long ago are forgotten", "another warehouse"],
)
def test_a_mart_of_which_changes_are_not_known_or_many_is_written_anew(
    settings: Settings, happens: Callable[[IncrementalWarehouse, Settings], object]
) -> None:
    warehouse = IncrementalWarehouse(settings, DAYS)
    publish(settings)
    warehouse.write("read")
    happens(warehouse, settings)
    publish(settings)
    assert published_texts(settings)[DAYS[25]] == "read"


def test_a_mart_whose_columns_changed_is_written_anew(settings: Settings) -> None:
    warehouse = IncrementalWarehouse(settings, DAYS)
    publish(settings)
    with duckdb.connect(str(warehouse.path)) as connection:
        connection.execute("alter table fct_calls rename text to words; alter table fct_calls add column text integer")
    warehouse.build_from_nothing("1")
    path = publish(settings).path
    with duckdb.connect(str(path), read_only=True) as published:
        assert [column for column, *_ in published.execute("describe fct_calls").fetchall()] == [
            "call_date",
            "words",
            "text",
        ]


def test_a_mart_that_is_gone_is_gone_and_a_damaged_version_before_does_not_matter(settings: Settings) -> None:
    build(settings, 1)
    publish(settings)
    with duckdb.connect(str(settings.warehouse)) as warehouse:
        warehouse.execute("drop table dim_reps")
    path = publish(settings).path
    with duckdb.connect(str(path), read_only=True) as published:
        assert ("dim_reps",) not in published.execute("select table_name from duckdb_tables()").fetchall()
    path.write_bytes(b"x" * 20_000)
    build(settings, 2)
    publish(settings)
    assert read_build(settings) == 2


def test_the_last_three_versions_are_kept_and_the_current_one_is_among_them(settings: Settings) -> None:
    for number in (1, 2, 3, 4, 1):
        build(settings, number)
        report = publish(settings)
        os.utime(report.path, ns=(number, number))  # file times must not decide about the current one
    assert len(list(settings.serve_dir.glob("*.duckdb"))) == 3
    assert read_build(settings) == 1


def test_no_warehouse_or_no_marts_is_an_error_that_says_what_to_do(settings: Settings) -> None:
    with pytest.raises(PublishError, match="make demo"):
        publish(settings)
    duckdb.connect(str(settings.warehouse)).close()
    with pytest.raises(PublishError, match="dbt build"):
        publish(settings)
    assert current_path(settings.serve_dir) is None


def test_a_warehouse_being_written_is_refused_and_the_old_version_stays(settings: Settings) -> None:
    build(settings, 1)
    publish(settings)
    writer = (
        f"import duckdb, sys; con = duckdb.connect({str(settings.warehouse)!r}); print('open', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", writer], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        with pytest.raises(PublishError, match="version before stays"):
            publish(settings)
        process.communicate("\n")
    assert read_build(settings) == 1


def test_a_reader_in_another_process_is_never_broken_while_versions_are_published(
    settings: Settings, tmp_path: Path
) -> None:
    build(settings, 0)
    publish(settings)
    stop = tmp_path / "stop"
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(settings.serve_dir), str(stop)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for number in range(1, 13):
        build(settings, number)
        publish(settings)
        time.sleep(0.05)
    stop.touch()
    out, errors = reader.communicate(timeout=20)
    assert reader.returncode == 0, errors
    reads, builds = map(int, out.split())
    assert reads > 20
    assert builds > 3


@pytest.mark.parametrize("moment", ["fresh disk block", "rename", "pointer"])
def test_a_publisher_killed_at_any_moment_leaves_the_old_version_or_the_new_one(
    settings: Settings, moment: str
) -> None:
    kill = "import os, signal\ndie = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
    before = {
        "fresh disk block": "import pipelines.publish as p; p._flush = die",
        "rename": "import pathlib; pathlib.Path.replace = die",
        "pointer": "import pipelines.publish as p; p._write_pointer = die",
    }[moment]
    build(settings, 1)
    publish(settings)
    build(settings, 2)
    process = run_publisher(settings, kill + before)
    process.communicate(timeout=20)
    assert process.returncode == -signal.SIGKILL
    assert read_build(settings) == 1
    publish(settings)
    assert read_build(settings) == 2
    assert not list(settings.serve_dir.glob("*.tmp*"))


def test_a_full_disk_leaves_the_old_version_and_no_half_written_file(settings: Settings) -> None:
    build(settings, 1)
    publish(settings)
    build(settings, 2)
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))"
    process = run_publisher(settings, limit)
    out, _ = process.communicate(timeout=20)
    assert process.returncode == 3
    assert "version before stays" in out
    assert read_build(settings) == 1
    assert len(list(settings.serve_dir.glob("*.duckdb*"))) == 1


def test_two_publishers_at_once_end_in_one_version(settings: Settings) -> None:
    build(settings, 1)
    processes = [run_publisher(settings) for _ in range(2)]
    for process in processes:
        process.communicate(timeout=20)
    assert [process.returncode for process in processes] == [0, 0]
    assert read_build(settings) == 1
    assert len(list(settings.serve_dir.glob("*.duckdb"))) == 1
