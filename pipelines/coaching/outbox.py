"""The outbox of Monday messages: written once per week, person and channel, sent from there until it has gone.

A message is in the store before the first attempt, so a host that is down loses nothing; its id is made of week, person
and channel, so a second run finds it there. One process sends at a time (a lock beside the data). What cannot be had
over e-mail: a process killed between the host's "accepted" and our note of it sends that one message again, under the
same Message-ID, by which mail programs tell it for a repeat.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock
from sqlalchemy import select, update

from pipelines.app_store import AppStore
from pipelines.app_tables import DigestMessage

LOCK_SECONDS = 600


@dataclass(frozen=True)
class Message:
    """One person's message of one week by one channel."""

    week_start: dt.date
    recipient_email: str
    channel: str  # smtp, webhook
    subject: str
    text: str
    html: str

    @property
    def message_id(self) -> str:
        key = f"{self.week_start}|{self.recipient_email}|{self.channel}"
        return hashlib.sha256(key.encode()).hexdigest()[:20]


@dataclass(frozen=True)
class Sending:
    """What a run did with the outbox."""

    written: int
    sent: int
    withdrawn: int
    failed: tuple[str, ...]  # "address: reason"; they stay in the outbox

    def __str__(self) -> str:
        parts = [f"{self.written} new", f"{self.sent} sent", f"{len(self.failed)} still to be sent"]
        return ", ".join(parts + ([f"{self.withdrawn} withdrawn (unsubscribed)"] if self.withdrawn else []))


class SendError(RuntimeError):
    """A channel did not take a message; the message stays in the outbox."""


Send = Callable[[Message], None]  # raises SendError


def deliver(
    store: AppStore, messages: Iterable[Message], channel: str, send: Send, now: Callable[[], dt.datetime], lock: Path
) -> Sending:
    """Write ``messages`` to the outbox and send all of ``channel`` that is in it and has not gone.

    Args:
        messages: this week's; one that was written before keeps its text.
        send: hands one message over.
        now: the time to note.
        lock: file that keeps a second process from sending at the same time.
    """
    with FileLock(lock, timeout=LOCK_SECONDS):
        written = write(store, messages, now())
        release_interrupted(store, channel)
        withdrawn = withdraw(store, channel)
        sent, failed = 0, []
        for message in pending(store, channel):
            note(store, message.message_id, "sending")
            try:
                send(message)
            except SendError as error:
                note(store, message.message_id, "pending", last_error=str(error))
                failed.append(f"{message.recipient_email}: {error}")
                continue
            note(store, message.message_id, "sent", sent_at=now())
            sent += 1
    return Sending(written, sent, withdrawn, tuple(failed))


def write(store: AppStore, messages: Iterable[Message], at: dt.datetime) -> int:
    """Put messages in the outbox; returns how many were not there yet."""
    rows = [
        {
            "message_id": message.message_id,
            "week_start": message.week_start.isoformat(),
            "recipient_email": message.recipient_email,
            "channel": message.channel,
            "subject": message.subject,
            "text": message.text,
            "html": message.html,
            "status": "pending",
            "last_error": None,
            "written_at": at.isoformat(),
            "sent_at": None,
        }
        for message in messages
    ]
    return store.add_rows(DigestMessage, rows)


def pending(store: AppStore, channel: str) -> list[Message]:
    """Messages that have not gone, oldest week first."""
    query = (
        select(DigestMessage)
        .where(DigestMessage.channel == channel, DigestMessage.status == "pending")
        .order_by(DigestMessage.week_start, DigestMessage.recipient_email)
    )
    with store.session() as session:
        return [
            Message(
                dt.date.fromisoformat(row.week_start), row.recipient_email, row.channel, row.subject, row.text, row.html
            )
            for row in session.scalars(query)
        ]


def note(
    store: AppStore, message_id: str, status: str, *, last_error: str | None = None, sent_at: dt.datetime | None = None
) -> None:
    """Say where a message is now."""
    values = {"status": status, "last_error": last_error, "sent_at": sent_at.isoformat() if sent_at else None}
    _change(store, [DigestMessage.message_id == message_id], values)


def release_interrupted(store: AppStore, channel: str) -> int:
    """Messages that a run died on go back to the others; only called under the lock, so no run is at work on them."""
    return _change(store, [DigestMessage.channel == channel, DigestMessage.status == "sending"], {"status": "pending"})


def withdraw(store: AppStore, channel: str) -> int:
    """Take back what has not gone to people who unsubscribed since."""
    gone = sorted(store.unsubscribed())
    waiting = [DigestMessage.channel == channel, DigestMessage.status == "pending"]
    return _change(store, [*waiting, DigestMessage.recipient_email.in_(gone)], {"status": "withdrawn"})


def _change(store: AppStore, where: Sequence[object], values: dict[str, str | None]) -> int:
    with store.session() as session:
        changed = session.execute(update(DigestMessage).where(*where).values(**values))  # type: ignore[arg-type]
        session.commit()
        return int(changed.rowcount)  # type: ignore[attr-defined]
