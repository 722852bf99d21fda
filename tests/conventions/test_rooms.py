"""The rooms and their arrows: a room reads only the rooms above it, and every module says what it is for."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("pipelines", "orchestration", "dashboards", "sample_org")

# From the top of the line to its end. A module may import from its own place and from places before it.
ORDER = (
    "pipelines.settings",
    "pipelines.contracts",
    "pipelines.lake",
    "pipelines.times",
    "pipelines.workers",
    "pipelines.redact",
    "pipelines.app_tables",
    "pipelines.app_pulses",
    "pipelines.migrations",
    "pipelines.app_exports",
    "pipelines.app_store",
    "pipelines.ingest",
    "pipelines.speech",
    "pipelines.coaching.sessions",
    "pipelines.scoring",
    "pipelines.evidence",
    "pipelines.coaching",
    "pipelines.publish",
    "pipelines.run",
    "pipelines.doctor",
    "dashboards",
    "orchestration",
)
# Stand beside the line: the command line mounts every room, the sample company only writes exports.
BESIDE = ("pipelines.cli", "sample_org")


def modules() -> Iterator[tuple[str, Path]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path


def place(module: str) -> int | None:
    found = [index for index, name in enumerate(ORDER) if module == name or module.startswith(f"{name}.")]
    return found[0] if found else None


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


MODULES = list(modules())


@pytest.mark.parametrize(("module", "path"), MODULES, ids=[module for module, _ in MODULES])
def test_a_room_reads_only_the_rooms_above_it(module: str, path: Path) -> None:
    if module.startswith(BESIDE) or module == "pipelines":
        return
    own = place(module)
    assert own is not None, f"{module} has no place on the line: add it to ORDER"
    below = [name for name in imports(path) if (place(name) or 0) > own]
    assert below == []


@pytest.mark.parametrize(("module", "path"), MODULES, ids=[module for module, _ in MODULES])
def test_every_module_says_what_it_is_for(module: str, path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text())), f"{path.relative_to(ROOT)} opens without a docstring"


def tracked_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def test_no_file_is_called_utils() -> None:
    assert [path for path in tracked_files() if re.fullmatch(r"(utils?|helpers?|misc|common)\.\w+", path.name)] == []


def test_no_init_file_in_dbt() -> None:
    # A package named dbt here would hide the real one.
    assert list((ROOT / "dbt").rglob("__init__.py")) == []


def test_no_committed_text_names_a_path_of_one_machine_or_a_registry_host() -> None:
    forbidden = re.compile(r"(/work/|/root/|/home/\w+/|files\.pythonhosted|pypi\.org/simple)")
    named = []
    for path in tracked_files():
        if path.suffix in {".opus", ".png"} or path == Path(__file__).resolve():
            continue
        if forbidden.search(path.read_text(encoding="utf-8", errors="ignore")):
            named.append(str(path.relative_to(ROOT)))
    assert named == []
