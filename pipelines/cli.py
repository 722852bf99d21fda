"""The `sideline` command. Each room brings its own commands; this module mounts them and keeps the exit codes.

0 done, 1 done but inputs were quarantined, 2 usage or configuration error, 3 a step failed; errors are one line on stderr.
"""

import datetime as dt
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

SAMPLE_AS_OF = dt.datetime(2026, 6, 30, tzinfo=dt.UTC)
# Where each command is. A room is imported when one of its commands is called: every worker process imports this module anew,
# and all rooms together cost it a second.
COMMANDS = {
    "transcribe": "pipelines.speech.commands:transcribe",
    "score": "pipelines.scoring.commands:score",
    "run": "pipelines.run:run",
    "doctor": "pipelines.doctor:doctor",
    "digest": "pipelines.coaching.commands:digest",
}
RUBRIC_COMMANDS = {
    **{name: f"pipelines.scoring.commands:{name}" for name in ("check", "diff", "publish", "schema")},
    "calibrate": "pipelines.evidence.commands:calibrate",
}


class _Rooms(TyperGroup):
    """A group whose commands are imported when they are asked for."""

    places = COMMANDS

    def list_commands(self, ctx: Any) -> list[str]:
        return [*self.places, *super().list_commands(ctx)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.places:
            return super().get_command(ctx, cmd_name)
        module, function = self.places[cmd_name].split(":")
        single = typer.Typer(add_completion=False)
        single.command(cmd_name)(getattr(import_module(module), function))
        return typer.main.get_command(single)


class _Rubric(_Rooms):
    places = RUBRIC_COMMANDS


app = typer.Typer(
    cls=_Rooms,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="The open coaching warehouse: hears calls and 1:1s, scores them, joins coaching to quota.",
)
app.add_typer(typer.Typer(cls=_Rubric, no_args_is_help=True), name="rubric", help="Check and compare rubric files.")


@app.command("sample-org")
def sample_org(
    out: Annotated[Path, typer.Option(help="Folder to write the exports to.")],
    reps: Annotated[int, typer.Option(min=1, help="Number of reps.")] = 240,
    managers: Annotated[int, typer.Option(min=1, help="Number of managers.")] = 24,
    months: Annotated[int, typer.Option(min=1, help="Months of history.")] = 24,
    calls: Annotated[int, typer.Option(min=0, help="External calls in the last 26 weeks.")] = 6000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 7,
    as_of: Annotated[dt.datetime, typer.Option(formats=["%Y-%m-%d"], help="Last day of the history.")] = SAMPLE_AS_OF,
) -> None:
    """Write an invented B2B software company as its systems would export it."""
    if managers > reps:
        raise typer.BadParameter(f"{managers} managers for {reps} reps: a manager has at least one report")
    from sample_org.generate import generate  # noqa: PLC0415  (numpy and text banks, which no other command needs)

    typer.echo(f"Making a company of {reps} reps over {months} months in {out} …", err=True)
    generate(out, reps=reps, managers=managers, months=months, calls=calls, seed=seed, as_of=as_of.date())
    (out / ".complete").touch()


def main() -> None:
    """Entry point: readable errors, never a traceback."""
    from pydantic import ValidationError  # noqa: PLC0415  (workers import this module and never get here)

    try:
        app()
    except ValidationError as error:
        problems = "; ".join(f"SIDELINE_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
        typer.echo(f"sideline: {problems}", err=True)
        sys.exit(2)
    except OSError as error:
        typer.echo(f"sideline: {error}", err=True)
        sys.exit(3)
