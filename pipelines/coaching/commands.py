"""`sideline digest`: shows or sends the Monday messages. Dry run unless told to send."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.app_store import AppStore
from pipelines.coaching.channels import ChannelError, channel_of, sender
from pipelines.coaching.digest import compose
from pipelines.coaching.outbox import deliver
from pipelines.coaching.reading import NoMarts
from pipelines.scoring.rubric import RubricError, load_rubric
from pipelines.settings import Settings

MISCONFIGURED, FAILED = 2, 3


def digest(
    send: Annotated[bool, typer.Option("--send", help="Send them; without it they are only shown.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder to write the messages to as .txt and .html.")] = None,
    unsubscribe: Annotated[str | None, typer.Option(help="Send this address nothing any more.")] = None,
    subscribe: Annotated[str | None, typer.Option(help="Send this address messages again.")] = None,
) -> None:
    """The Monday message of every manager and rep, once a week and person; SIDELINE_DIGEST_URL says where they go."""
    settings = Settings()
    store = AppStore(settings.app_store)
    try:
        if unsubscribe or subscribe:
            _subscription(store, settings, unsubscribe, subscribe)
            return
        _digest(store, settings, send=send, out=out)
    except (NoMarts, RubricError) as problem:
        typer.echo(f"sideline digest: {problem}", err=True)
        raise typer.Exit(FAILED) from problem
    except ChannelError as problem:
        typer.echo(f"sideline digest: SIDELINE_DIGEST_URL: {problem}", err=True)
        raise typer.Exit(MISCONFIGURED) from problem
    finally:
        store.close()


def _digest(store: AppStore, settings: Settings, *, send: bool, out: Path | None) -> None:
    url = settings.digest_url
    if send and url is None:
        raise ChannelError("not set, so there is nowhere to send to")
    channel = channel_of(url) if url else "smtp"
    feedback = {one.id: one.feedback for one in load_rubric(settings.sales_rubric).behaviours}
    messages = compose(
        settings.warehouse, settings.as_of, channel, feedback, store.unsubscribed(), settings.digest_app_url
    )
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for message in messages:
            (out / f"{message.recipient_email}.txt").write_text(message.text, encoding="utf-8")
            (out / f"{message.recipient_email}.html").write_text(message.html, encoding="utf-8")
    if not send or url is None:
        for message in messages:
            typer.echo(f"{message.recipient_email}: {message.subject}")
        typer.echo(f"{len(messages)} messages, none sent (dry run; --send sends them)", err=True)
        return
    lock = settings.data_dir / "digest.lock"
    done = deliver(store, messages, channel, sender(url, settings.digest_from), settings.moment_of_click, lock)
    typer.echo(str(done), err=True)
    for failure in done.failed:
        typer.echo(f"  {failure}", err=True)
    if done.failed:
        raise typer.Exit(FAILED)


def _subscription(store: AppStore, settings: Settings, unsubscribe: str | None, subscribe: str | None) -> None:
    if unsubscribe:
        store.unsubscribe(email=unsubscribe, unsubscribed_at=settings.moment_of_click())
        typer.echo(f"{unsubscribe} gets no Monday messages", err=True)
    if subscribe:
        store.subscribe(subscribe)
        typer.echo(f"{subscribe} gets Monday messages", err=True)
