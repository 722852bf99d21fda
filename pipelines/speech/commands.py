"""`sideline transcribe`: arguments in, JSON Lines out, a readable line on stderr for each file that cannot be heard."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.settings import Settings

QUARANTINED, USAGE_ERROR, STEP_FAILED = 1, 2, 3


def transcribe(
    audio: Annotated[list[Path], typer.Argument(help="Recordings, each with a sidecar JSON of the same name or none.")],
    engine: Annotated[str | None, typer.Option(help="faster-whisper or openai-whisper.")] = None,
    *,
    model: Annotated[str | None, typer.Option(help="tiny.en, a path, or a name the engine knows.")] = None,
    speakers: Annotated[int | None, typer.Option(min=1, max=20, help="People in a mixed recording, if known.")] = None,
    no_mask: Annotated[
        bool, typer.Option("--no-mask", help="Leave personal data in the text (for measuring).")
    ] = False,
    out: Annotated[Path | None, typer.Option("-o", help="Write JSON Lines here instead of to the screen.")] = None,
) -> None:
    """Who said what when, in recordings: one JSON object a file, in the order given."""
    settings = _settings(engine, model, no_mask)
    for path in audio:
        if not path.is_file():
            _stop(f"{path}: no such file", USAGE_ERROR)
    found = _transcripts(audio, settings, speakers)
    lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in found.values() if not isinstance(one, str))
    if out:
        out.write_text(lines, encoding="utf-8")
    else:
        typer.echo(lines, nl=False)
    reasons = {path: one for path, one in found.items() if isinstance(one, str)}
    for path, reason in reasons.items():
        typer.echo(f"sideline: {path}: {reason}", err=True)
    if reasons:
        raise typer.Exit(QUARANTINED)


def transcript_of(path: Path, settings: Settings) -> dict[str, Any]:
    """The transcript of one recording, for other commands; they end with a readable line if there is none."""
    found = _transcripts([path], settings, None)[path]
    if isinstance(found, str):
        _stop(f"{path}: {found}", QUARANTINED)
    assert not isinstance(found, str)
    return found


def _settings(engine: str | None, model: str | None, no_mask: bool) -> Settings:
    from pipelines.speech.engines import ENGINES  # noqa: PLC0415  (brings numpy, which no other command needs)

    if engine not in (None, *ENGINES):
        _stop(f"no engine {engine!r}: one of {', '.join(ENGINES)}", USAGE_ERROR)
    said = {"asr_engine": engine, "asr_model": model, "mask_personal_data": False if no_mask else None}
    return Settings(**{name: value for name, value in said.items() if value is not None})  # type: ignore[arg-type]


def _transcripts(audio: list[Path], settings: Settings, speakers: int | None) -> Mapping[Path, dict[str, Any] | str]:
    """By path, in order: the transcript, or the reason why there is none."""
    # Recognisers load only for this command.
    from pipelines.speech.files import FileOptions, transcribe_files  # noqa: PLC0415
    from pipelines.speech.models import ModelError  # noqa: PLC0415
    from pipelines.speech.sidecar import SidecarError, read_sidecar  # noqa: PLC0415

    found: dict[Path, dict[str, Any] | str] = {}
    sidecars = {}
    for path in dict.fromkeys(audio):
        try:
            sidecars[path] = read_sidecar(path)
            found[path] = ""
        except SidecarError as error:
            found[path] = str(error)
    options = FileOptions(
        engine=settings.asr_engine,
        model=settings.asr_model,
        cache_dir=settings.cache_dir,
        speaker_count=speakers,
        is_masked=settings.mask_personal_data,
        threads=settings.threads,
    )
    try:
        found |= dict(transcribe_files(list(sidecars), options, sidecars))
    except ModelError as error:
        _stop(str(error), USAGE_ERROR)
    return found


def _stop(problem: str, code: int) -> None:
    typer.echo(f"sideline: {problem}", err=True)
    raise typer.Exit(code)
