"""Put a user's own files, wherever they lie, into a source folder under the names the connectors know."""

import filecmp
import shutil
from collections.abc import Mapping
from pathlib import Path

from pipelines.ingest.exports import SourceConfigError
from pipelines.ingest.source import CONFIG_FILE


def stage_own_files(
    folder: Path,
    *,
    deals: Path | None = None,
    reps: Path | None = None,
    quotas: Path | None = None,
    calendar: Path | None = None,
    config: Path | None = None,
) -> Path:
    """Make ``folder`` a source folder that holds exactly the given files; returns it.

    Args:
        calendar: an ``.ics`` file named after its owner's e-mail address, or a folder of such files.
        config: ``sideline.toml`` with the sheets' own headers; without it one that lies beside a given file is taken.

    Raises:
        SourceConfigError: a given file is not there.
    """
    given = {"deals.csv": deals, "reps.csv": reps, "quotas.csv": quotas}
    wanted = {name: path for name, path in given.items() if path is not None}
    wanted |= {f"calendars/{path.name}": path for path in _calendars(calendar)}
    found = config or next(
        (path.parent / CONFIG_FILE for path in wanted.values() if (path.parent / CONFIG_FILE).is_file()), None
    )
    if found is not None:
        wanted[CONFIG_FILE] = found
    for path in wanted.values():
        if not path.is_file():
            raise SourceConfigError(f"{path}: no such file")
    _mirror(folder, wanted)
    return folder


def _calendars(calendar: Path | None) -> list[Path]:
    if calendar is None:
        return []
    if not calendar.is_dir():
        return [calendar]
    files = sorted(calendar.glob("*.ics"))
    if not files:
        raise SourceConfigError(f"{calendar}: no .ics files in it")
    return files


def _mirror(folder: Path, wanted: Mapping[str, Path]) -> None:
    """Copy what is new or changed, remove what is no longer given."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        if path.relative_to(folder).as_posix() not in wanted:
            path.unlink()
    for name, source in wanted.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or not filecmp.cmp(source, target, shallow=False):
            shutil.copyfile(source, target)
