"""The Monday message: every manager's week and every rep's corrections, as text and HTML, one message a person.

Composes; ``outbox.py`` keeps it to once a week, ``channels.py`` hands it over. A message holds what its reader may see on
the pages, and nothing of anybody else.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import duckdb

from pipelines.coaching import feed
from pipelines.coaching.outbox import Message
from pipelines.coaching.reading import NoMarts

PURPOSE = "For coaching, not for employment decisions."
UNSUBSCRIBE = "To get no more of these: `sideline digest --unsubscribe {email}`, or the switch on your page."

QUEUE = """
    select q.*, m.email, m.full_name as manager_name
    from fct_manager_queue as q
    inner join dim_managers as m on q.manager_id = m.manager_id
    where q.week_start = $week and m.is_active and m.email is not null and q.outcome is null
    order by q.manager_id, q.item_rank
"""
REPS = "select rep_id, full_name, email from dim_reps where is_active and email is not null order by rep_id"


@dataclass(frozen=True)
class Part:
    """One item of a message."""

    headline: str
    lines: tuple[str, ...]
    link: str | None = None


def compose(
    warehouse: Path,
    as_of: dt.date,
    channel: str,
    feedback: Mapping[str, str],
    unsubscribed: frozenset[str],
    app_url: str | None = None,
) -> list[Message]:
    """This week's messages, managers' first; people with nothing to be told get none.

    Args:
        warehouse: read only.
        feedback: what to try, by behaviour (the rubric's words).
        app_url: where the pages are, for links to calls; None: no links.

    Raises:
        NoMarts: the coaching loop has not run yet.
    """
    if not warehouse.exists():
        raise NoMarts(f"There is no warehouse at {warehouse}: run `sideline run` first.")
    week = as_of - dt.timedelta(days=as_of.weekday())
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute(f"create temp view publication as select date '{as_of.isoformat()}' as as_of")
        try:
            mails = manager_mails(_rows(connection, QUEUE, week=week), week, app_url)
            mails += _for_reps(connection, feedback, app_url)
        except duckdb.CatalogException as missing:
            raise NoMarts(f"{str(missing).splitlines()[0]} Run `sideline run` first.") from missing
    return [
        Message(week, email, channel, subject, as_text(email, title, parts), as_html(email, title, parts))
        for email, subject, title, parts in mails
        if email not in unsubscribed
    ]


Mail = tuple[str, str, str, list[Part]]  # address, subject, title, parts


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, **values: object) -> list[dict[str, Any]]:
    return connection.execute(sql, values).pl().to_dicts()


def manager_mails(rows: list[dict[str, Any]], week: dt.date, app_url: str | None) -> list[Mail]:
    """One mail for each manager in ``rows`` of ``QUEUE``."""
    items: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        items.setdefault(row["email"].lower(), []).append(row)
    return [
        (
            email,
            f"Your week: {_count(len(rows), 'conversation')} worth having",
            f"Week of {week:%-d %B %Y} for {rows[0]['manager_name']}",
            [_queue_part(row, app_url) for row in rows],
        )
        for email, rows in sorted(items.items())
    ]


def _queue_part(row: Mapping[str, Any], app_url: str | None) -> Part:
    topic = row["behaviour_name"] or row["deal_name"] or row["behaviour_id"] or row["deal_id"]
    listen = None
    if row["listen_call_id"]:
        listen = f"Hear 90 seconds from {feed.clock(row['listen_start_seconds'])} of {row['listen_call_id']}."
    lines = [row["why"], row["how_sure"], row["worth"], listen, *(row["questions"] or "").split("\n"), row["agenda"]]
    return Part(
        f"{row['item_rank']}. {row['rep_name']}: {topic} ({row['minutes']:.0f} min)",
        tuple(line for line in lines if line),
        _link(app_url, row["listen_call_id"]),
    )


def _for_reps(connection: duckdb.DuckDBPyConnection, feedback: Mapping[str, str], app_url: str | None) -> list[Mail]:
    mails = []
    for rep in _rows(connection, REPS):
        if corrections := _rows(connection, feed.CORRECTIONS, rep_id=rep["rep_id"]):
            well = _rows(connection, feed.DONE_WELL, rep_id=rep["rep_id"])
            mails.append(rep_mail(rep, corrections, well, feedback, app_url))
    return mails


def rep_mail(
    rep: Mapping[str, Any],
    corrections: list[dict[str, Any]],
    well: list[dict[str, Any]],
    feedback: Mapping[str, str],
    app_url: str | None,
) -> Mail:
    """A rep's mail from rows of ``feed.CORRECTIONS`` and ``feed.DONE_WELL``; ``rep``: ``email, full_name``."""
    parts = [_told_part(feed.praise(row), None, app_url) for row in well]
    parts += [
        _told_part(feed.correction(row, feedback), feed.beside_top_performers(row), app_url) for row in corrections
    ]
    return rep["email"].lower(), "Your calls this week", f"For {rep['full_name']}", parts


def _told_part(told: feed.Told, beside: str | None, app_url: str | None) -> Part:
    listen = f"Listen from {feed.clock(told.start_seconds)}." if told.start_seconds is not None else None
    lines = tuple(line for line in (*told.sentences, beside, listen) if line)
    return Part(told.headline, lines, _link(app_url, told.call_id))


def _link(app_url: str | None, call_id: str | None) -> str | None:
    return f"{app_url.rstrip('/')}/call_review?call_id={call_id}" if app_url and call_id else None


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'s' if number != 1 else ''}"


def as_text(email: str, title: str, parts: list[Part]) -> str:
    blocks = ["\n".join([part.headline, *(f"  {line}" for line in part.lines)]) for part in parts]
    links = [f"  {part.link}" if part.link else "" for part in parts]
    body = "\n\n".join("\n".join(filter(None, pair)) for pair in zip(blocks, links, strict=True))
    return f"{title}\n\n{body}\n\n--\n{PURPOSE}\n{UNSUBSCRIBE.format(email=email)}\n"


def as_html(email: str, title: str, parts: list[Part]) -> str:
    """The same as ``as_text``; everything that came from a call or the CRM is escaped."""
    blocks = "".join(
        f"<h3>{escape(part.headline)}</h3>"
        + "".join(f"<p>{escape(line)}</p>" for line in part.lines)
        + (f'<p><a href="{escape(part.link, quote=True)}">Open the call</a></p>' if part.link else "")
        for part in parts
    )
    foot = f"<p><small>{escape(PURPOSE)} {escape(UNSUBSCRIBE.format(email=email))}</small></p>"
    return f"<!doctype html><html><body><h2>{escape(title)}</h2>{blocks}{foot}</body></html>"
