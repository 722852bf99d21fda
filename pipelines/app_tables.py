"""Tables of the app store, and which raw table each is read back as. How they are written is in ``app_store.py``.

A change here needs a file in ``pipelines/migrations/versions`` and its number in ``NEWEST_MIGRATION``.
"""

from sqlalchemy import Float
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NEWEST_MIGRATION = "0004"


class Base(DeclarativeBase):
    """Tables of the store. Times are text in ISO 8601 as given, which every database keeps alike."""


class Review(Base):
    __tablename__ = "reviews"
    review_id: Mapped[str] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(index=True)
    behaviour_id: Mapped[str]
    rubric_id: Mapped[str | None]
    rubric_version: Mapped[str | None]
    reviewer_email: Mapped[str]
    verdict: Mapped[str]
    note: Mapped[str | None]
    reviewed_at: Mapped[str]
    is_blind: Mapped[str | None]  # "true": answered before the scorer's answer was shown
    sampled_by: Mapped[str | None]  # random or informative; null: the reviewer chose the call


class RoleCorrection(Base):
    __tablename__ = "role_corrections"
    correction_id: Mapped[str] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(index=True)
    speaker: Mapped[str]
    role: Mapped[str]
    corrected_by: Mapped[str]
    corrected_at: Mapped[str]


class Acknowledgement(Base):
    __tablename__ = "acknowledgements"
    acknowledgement_id: Mapped[str] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(index=True)
    behaviour_id: Mapped[str | None]
    employee_email: Mapped[str]
    acknowledged_at: Mapped[str]


class RiskFlag(Base):
    __tablename__ = "risk_flags"
    flag_id: Mapped[str] = mapped_column(primary_key=True)
    deal_id: Mapped[str] = mapped_column(index=True)
    risk_signal: Mapped[str]
    flagged_by: Mapped[str]
    flagged_at: Mapped[str]


class Consent(Base):
    __tablename__ = "consents"
    call_id: Mapped[str] = mapped_column(primary_key=True)
    consent: Mapped[str]
    recorded_at: Mapped[str | None]
    retain_until: Mapped[str | None]


class QueueOutcome(Base):
    __tablename__ = "queue_outcomes"
    outcome_id: Mapped[str] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(index=True)
    outcome: Mapped[str]
    reason: Mapped[str | None]
    recorded_by: Mapped[str]
    recorded_at: Mapped[str]


class CorrectionAcknowledgement(Base):
    __tablename__ = "correction_acknowledgements"
    acknowledgement_id: Mapped[str] = mapped_column(primary_key=True)
    correction_id: Mapped[str] = mapped_column(index=True)
    sequence: Mapped[str]  # the row of the correction that was seen
    employee_email: Mapped[str]
    acknowledged_at: Mapped[str]


class Unsubscribe(Base):
    __tablename__ = "unsubscribes"
    email: Mapped[str] = mapped_column(primary_key=True)
    unsubscribed_at: Mapped[str]


class DigestMessage(Base):
    """Outbox: a message is written here before it is sent, once per week, person and channel."""

    __tablename__ = "digest_messages"
    message_id: Mapped[str] = mapped_column(primary_key=True)
    week_start: Mapped[str]
    recipient_email: Mapped[str]
    channel: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    status: Mapped[str] = mapped_column(index=True)  # pending, sending, sent, withdrawn
    last_error: Mapped[str | None]
    written_at: Mapped[str]
    sent_at: Mapped[str | None]


class Pulse(Base):
    """An answer without its giver or its time. A rep's row has a random key and SQLite keeps rows by key, so that not even
    their order tells who answered when.
    """

    __tablename__ = "pulses"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (SQLAlchemy declares it so)
    pulse_id: Mapped[str] = mapped_column(primary_key=True)
    team_id: Mapped[str]
    quarter_start: Mapped[str]
    question: Mapped[str]
    respondent_kind: Mapped[str]
    answer: Mapped[float] = mapped_column(Float)


class PulseParticipation(Base):
    """That a rep has answered for a quarter, not what: nobody answers twice, and nobody can be looked up."""

    __tablename__ = "pulse_participations"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (SQLAlchemy declares it so)
    respondent_email: Mapped[str] = mapped_column(primary_key=True)
    quarter_start: Mapped[str] = mapped_column(primary_key=True)


# Store table → raw table it is read back as. Pulses are not among them: they leave as aggregates.
READ_BACK: dict[type[Base], str] = {
    Review: "raw_app__reviews",
    RoleCorrection: "raw_app__role_corrections",
    Acknowledgement: "raw_app__acknowledgements",
    RiskFlag: "raw_app__risk_flags",
    QueueOutcome: "raw_app__queue_outcomes",
    CorrectionAcknowledgement: "raw_app__correction_acknowledgements",
    Unsubscribe: "raw_app__unsubscribes",
    DigestMessage: "raw_app__digest_messages",
    Consent: "raw_consent__calls",
}
ALL_TABLES: tuple[type[Base], ...] = (*READ_BACK, Pulse, PulseParticipation)
MODELS: dict[str, type[Base]] = {table.__tablename__: table for table in ALL_TABLES}


def key_columns(table: type[Base]) -> list[str]:
    """Names of a table's primary key."""
    return [column.name for column in table.__table__.columns if column.primary_key]
