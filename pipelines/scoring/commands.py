"""`sideline score` and `sideline rubric …`: arguments in, lines out. No scoring logic."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.scoring.check import MOST_LISTED, check_rubric, compare_checks, compare_rubrics
from pipelines.scoring.differences import differences, differences_text
from pipelines.scoring.encoders import WeightsError
from pipelines.scoring.rubric import Rubric, RubricError, load_rubric, previous_version, publish_rubric, rubric_schema
from pipelines.scoring.sample_calls import sample_calls
from pipelines.scoring.score import judge_of
from pipelines.scoring.scorer import Scorer, default_encoders
from pipelines.scoring.transcripts import TranscriptError, check_transcript, score_transcript, to_json_line
from pipelines.settings import Settings

USAGE_ERROR, STEP_FAILED, SOME_FAILED = 2, 3, 1
ONE_ON_ONE = "one_on_one"


def score(
    file: Annotated[Path, typer.Argument(help="A recording, or a transcript as `sideline transcribe` writes it.")],
    rubric: Annotated[Path | None, typer.Option(help="Rubric file; default: by the kind of call.")] = None,
    call_type: Annotated[
        str | None, typer.Option("--call-type", help="discovery, demo, negotiation, other or one_on_one.")
    ] = None,
    out: Annotated[Path | None, typer.Option("-o", help="Write JSON Lines here instead of to the screen.")] = None,
) -> None:
    """Signals, scores with evidence, and moments of a call; minutes by kind of a one-on-one."""
    settings = Settings()
    try:
        transcripts = _transcripts(file, settings)
        lines = [to_json_line(_scored(one, settings, rubric, call_type)) for one in transcripts]
    except (RubricError, TranscriptError) as problem:
        _stop(problem, USAGE_ERROR)
    except WeightsError as problem:
        _stop(problem, STEP_FAILED)
    text = "\n".join(lines)
    if out:
        out.write_text(text + "\n", encoding="utf-8")
    else:
        typer.echo(text)


def _scored(
    transcript: dict[str, Any], settings: Settings, rubric_path: Path | None, call_type: str | None
) -> dict[str, Any]:
    call_type = call_type or transcript.get("call_type")
    default = (
        settings.one_on_one_rubric if call_type == ONE_ON_ONE or _has_manager(transcript) else settings.sales_rubric
    )
    rubric = load_rubric(rubric_path or default)
    if call_type is not None and call_type not in rubric.call_types:
        raise RubricError(f"call type {call_type!r} is not one of {', '.join(rubric.call_types)} ({rubric.id})")
    check_transcript(transcript)  # before the models load
    scorer = Scorer(rubric, default_encoders(settings.cache_dir, settings.threads), settings.cache_dir)
    return score_transcript(transcript, scorer, call_type, settings.competitors, judge_of(settings))


def _has_manager(transcript: dict[str, Any]) -> bool:
    said = transcript.get("utterances")
    return isinstance(said, list) and any(isinstance(one, dict) and one.get("role") == "manager" for one in said)


def _transcripts(file: Path, settings: Settings) -> list[dict[str, Any]]:
    """Transcripts in a JSON or JSON Lines file; any other file is taken for a recording and transcribed first."""
    if not file.is_file():
        raise TranscriptError(f"{file}: no such file")
    if file.suffix.lower() not in {".json", ".jsonl"}:
        return [_heard(file, settings)]
    text = file.read_text("utf-8", errors="replace")
    try:
        found = [json.loads(text)]
    except json.JSONDecodeError:
        try:
            found = [json.loads(line) for line in text.splitlines() if line.strip()]
        except json.JSONDecodeError as problem:
            raise TranscriptError(f"{file}: not JSON: {problem.msg}") from problem
    if not found or not all(isinstance(one, dict) for one in found):
        raise TranscriptError(f"{file}: not a transcript")
    return found


def _heard(file: Path, settings: Settings) -> dict[str, Any]:
    from pipelines.speech.commands import transcript_of  # noqa: PLC0415  (recognisers load only for a recording)

    return transcript_of(file, settings)


def _stop(problem: Exception, code: int) -> None:
    typer.echo(f"sideline: {problem}", err=True)
    raise typer.Exit(code)


def check(file: Annotated[Path, typer.Argument(help="A rubric file.")]) -> None:
    """Validate a rubric, run its examples as tests (each judged unseen), and say what differs from the version before, also on calls."""
    settings = Settings()
    try:
        rubric = load_rubric(file)
        encoders = default_encoders(settings.cache_dir, settings.threads)
        report = check_rubric(rubric, encoders)
        earlier = previous_version(file, rubric)
        old = load_rubric(earlier) if earlier else None
    except RubricError as problem:
        _stop(problem, USAGE_ERROR)
    typer.echo(report.text())
    if old is not None:
        typer.echo(compare_rubrics(old, rubric, MOST_LISTED))
        typer.echo(compare_checks(check_rubric(old, encoders), report))
        typer.echo(_on_sample_calls(settings, old, rubric))
    if not report.is_good:
        raise typer.Exit(SOME_FAILED)


def _on_sample_calls(settings: Settings, old: Rubric, new: Rubric) -> str:
    sample = sample_calls(settings, new.call_kind)
    encoders = default_encoders(settings.cache_dir, settings.threads)
    before, after = (Scorer(one, encoders, settings.cache_dir) for one in (old, new))
    return differences_text(differences(before, after, sample, settings.competitors), sample)


def diff(
    old: Annotated[Path, typer.Argument(help="The earlier version.")],
    new: Annotated[Path, typer.Argument(help="The later version.")],
) -> None:
    """What changed from one version of a rubric to the next."""
    try:
        typer.echo(compare_rubrics(load_rubric(old), load_rubric(new)))
    except RubricError as problem:
        _stop(problem, USAGE_ERROR)


def publish(file: Annotated[Path, typer.Argument(help="A rubric file.")]) -> None:
    """Fix a version: from now on an edited file of this version is refused."""
    try:
        content_hash = publish_rubric(file)
    except RubricError as problem:
        _stop(problem, USAGE_ERROR)
    typer.echo(f"{file}: published with hash {content_hash[:16]}")


def schema() -> None:
    """The JSON Schema of rubric files, for editors."""
    typer.echo(json.dumps(rubric_schema(), indent=2))
