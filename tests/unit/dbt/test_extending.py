"""`docs/extending.md`, done as it says in a copy of the repository."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl
import pytest
from dbt_build import PROJECT, Build
from dbt_tiny_org import AS_OF

pytestmark = pytest.mark.deep

REPOSITORY = PROJECT.parent
PAGE = REPOSITORY / "docs" / "extending.md"
BLOCK = re.compile(r"(?:^`(?P<path>[^`\n]+)`\n\n)?^```(?P<kind>[^\n]+)\n(?P<text>.*?)^```$", re.M | re.S)


@dataclass(frozen=True)
class Page:
    """A copy of the repository to which the page has been applied, and the data its commands worked on."""

    copy: Path
    warehouse: Path


def change(copy: Path, diff: str) -> None:
    """Apply hunks without line numbers: what a hunk shows before the change must be in the file exactly once."""
    path = copy / re.search(r"^\+\+\+ b/(.+)$", diff, re.M)[1]  # type: ignore[index]
    text = path.read_text(encoding="utf-8")
    for hunk in diff.split("\n@@\n")[1:]:
        lines = hunk.rstrip("\n").split("\n")
        before = "\n".join(line[1:] for line in lines if not line.startswith("+")) + "\n"
        after = "\n".join(line[1:] for line in lines if not line.startswith("-")) + "\n"
        assert text.count(before) == 1, f"{path.name} has {text.count(before)} times:\n{before}"
        text = text.replace(before, after)
    path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def page(tiny: Build, tmp_path_factory: pytest.TempPathFactory) -> Page:
    folder = tmp_path_factory.mktemp("extending")
    copy, data = folder / "repository", folder / "data"
    for room in ("dbt", "pipelines", "rubrics"):
        shutil.copytree(REPOSITORY / room, copy / room, ignore=shutil.ignore_patterns("target", "logs", "__pycache__"))
    shutil.copytree(tiny.warehouse.parent / "lake", data / "lake")
    (folder / "exports").mkdir()
    rows = "certification_id,employee_id,title,passed_on\nc1,A,Negotiation,2026-05-02\nc2,A,Demo,2026-08-01\nc1,B,Negotiation,2026-06-01\n"
    (folder / "exports" / "certifications.csv").write_text(rows)
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(copy),
        "SIDELINE_AS_OF": AS_OF.isoformat(),
        "SIDELINE_DATA_DIR": str(data),
        "SIDELINE_SOURCE_DIR": str(folder / "exports"),
        "SIDELINE_LAKE": str(data / "lake"),
        "SIDELINE_WAREHOUSE": str(data / "warehouse.duckdb"),
    }
    for block in BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
        kind, text = block["kind"], block["text"]
        if kind == "diff":
            change(copy, text)
        elif kind == "sh":
            done = subprocess.run(
                ["bash", "-euc", text], cwd=copy, env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
        else:
            assert kind.endswith(" file") and block["path"], f"what is this block for? {kind}"
            target = copy / block["path"]
            assert not target.exists()
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    return Page(copy, data / "warehouse.duckdb")


def test_the_source_lands_and_the_model_is_built_from_it(page: Page) -> None:
    with duckdb.connect(str(page.warehouse), read_only=True) as connection:
        rows = connection.execute("select rep_id, certification_id from fct_rep_certifications order by all").fetchall()
    assert rows == [("hr:A", "c1"), ("hr:B", "c1")]  # c2 is after the as-of date


def test_the_metric_answers(page: Page) -> None:
    answer = pl.read_csv(page.copy / "certifications_by_segment.csv")
    assert answer.rows() == [("smb", 2)]


def test_the_signal_is_measured_and_has_a_column(page: Page) -> None:
    measure = (
        "import polars as pl; from pipelines.scoring.signals import measure;"
        "calls = pl.DataFrame({'call_id': ['c'], 'duration_seconds': [100.0], 'channel_count': [2], 'role_confidence': [1.0]});"
        "said = pl.DataFrame({'call_id': ['c'], 'utterance_index': [0], 'start_seconds': [0.0], 'end_seconds': [75.0],"
        " 'role': ['rep'], 'role_confidence': [1.0], 'text': ['Good morning.']});"
        "print(measure(said, calls).filter(pl.col('signal') == 'silence_ratio')['value'].item())"
    )
    done = subprocess.run([sys.executable, "-c", measure], cwd=page.copy, capture_output=True, text=True, check=True)
    assert float(done.stdout) == pytest.approx(0.25)
    with duckdb.connect(str(page.warehouse), read_only=True) as connection:
        assert connection.execute("select count(silence_ratio), count(*) > 0 from fct_calls").fetchone() == (0, True)
