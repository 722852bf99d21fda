"""What people tell Sideline: reviews of scores, role corrections, acknowledgements, risk flags, pulses, consents.

SQLite by default (write-ahead log, so that pages read while somebody writes), PostgreSQL by URL. Written by
dashboards, read back by ``pipelines/ingest/app.py`` like any other source. Single answers to a pulse never leave the
store. Every write takes its time from the caller and makes its id from its content: the same click twice is one row.
"""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, get_args

import polars as pl
from sqlalchemy import Engine, create_engine, delete, event, func, insert, inspect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pipelines.app_exports import BadLine, read_export
from pipelines.app_pulses import RespondentKind, aggregated, checked, released_on
from pipelines.app_tables import (
    MODELS,
    NEWEST_MIGRATION,
    READ_BACK,
    Acknowledgement,
    Base,
    Consent,
    CorrectionAcknowledgement,
    Pulse,
    PulseParticipation,
    QueueOutcome,
    Review,
    RiskFlag,
    RoleCorrection,
    Unsubscribe,
    key_columns,
)
from pipelines.contracts import PROVENANCE, RAW_TABLES

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 10

Verdict = Literal["agree", "disagree", "not_applicable"]
BlindVerdict = Literal["met", "not_met", "not_applicable"]
SampledBy = Literal["random", "informative"]
Outcome = Literal["done", "not_now", "wrong"]


class AlreadyAnswered(ValueError):
    """A rep's answers to a pulse are in; they cannot be told from the others any more."""


class NewerStore(RuntimeError):
    """The store has tables of a later version than this code knows; nothing was read or written."""


class AppStore:
    """The store behind ``url``; opening it brings its tables up to date.

    Raises:
        NewerStore: a later version has written it.
    """

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        _migrate(self._engine)

    def close(self) -> None:
        self._engine.dispose()

    def add_review(
        self,
        *,
        call_id: str,
        behaviour_id: str,
        rubric_id: str,
        rubric_version: int | str,
        reviewer_email: str,
        verdict: Verdict | BlindVerdict,
        reviewed_at: dt.datetime,
        is_blind: bool = False,
        sampled_by: SampledBy | None = None,
        note: str | None = None,
    ) -> str:
        """What a person says of one behaviour of a call. Returns the review's id.

        Args:
            verdict: of the score they saw (``Verdict``), or their own answer (``BlindVerdict``) if ``is_blind``.
            is_blind: answered before the scorer's answer was shown.
            sampled_by: how the call came to this person; None where they chose it.

        Raises:
            ValueError: a verdict of the other kind.
        """
        if verdict not in get_args(BlindVerdict if is_blind else Verdict):
            raise ValueError(f"{verdict!r} is no {'blind answer' if is_blind else 'verdict on a score'}")
        values = {
            "call_id": call_id,
            "behaviour_id": behaviour_id,
            "rubric_id": rubric_id,
            "rubric_version": str(rubric_version),
            "reviewer_email": reviewer_email,
            "verdict": verdict,
            "note": note,
            "reviewed_at": _time(reviewed_at),
        }
        return self._add(Review, values | ({"is_blind": "true", "sampled_by": sampled_by} if is_blind else {}))

    def add_role_correction(
        self, *, call_id: str, speaker: str, role: str, corrected_by: str, corrected_at: dt.datetime
    ) -> str:
        """A person says who a speaker of a call is (rep, customer, manager)."""
        values = {
            "call_id": call_id,
            "speaker": speaker,
            "role": role,
            "corrected_by": corrected_by,
            "corrected_at": _time(corrected_at),
        }
        return self._add(RoleCorrection, values)

    def add_acknowledgement(
        self, *, call_id: str, employee_email: str, acknowledged_at: dt.datetime, behaviour_id: str | None = None
    ) -> str:
        """A rep has seen the feedback on a call (on one behaviour of it, if given)."""
        values = {
            "call_id": call_id,
            "behaviour_id": behaviour_id,
            "employee_email": employee_email,
            "acknowledged_at": _time(acknowledged_at),
        }
        return self._add(Acknowledgement, values)

    def add_risk_flag(self, *, deal_id: str, risk_signal: str, flagged_by: str, flagged_at: dt.datetime) -> str:
        """A rep says they know of a risk on a deal."""
        values = {
            "deal_id": deal_id,
            "risk_signal": risk_signal,
            "flagged_by": flagged_by,
            "flagged_at": _time(flagged_at),
        }
        return self._add(RiskFlag, values)

    def add_queue_outcome(
        self, *, item_id: str, outcome: Outcome, recorded_by: str, recorded_at: dt.datetime, reason: str | None = None
    ) -> str:
        """What a manager made of an item of the queue; the newest outcome of an item counts."""
        values = {
            "item_id": item_id,
            "outcome": outcome,
            "reason": reason,
            "recorded_by": recorded_by,
            "recorded_at": _time(recorded_at),
        }
        return self._add(QueueOutcome, values)

    def add_correction_acknowledgement(
        self, *, correction_id: str, sequence: int, employee_email: str, acknowledged_at: dt.datetime
    ) -> str:
        """A rep has seen a correction as it stood at that row."""
        values = {
            "correction_id": correction_id,
            "sequence": str(sequence),
            "employee_email": employee_email,
            "acknowledged_at": _time(acknowledged_at),
        }
        return self._add(CorrectionAcknowledgement, values)

    def unsubscribe(self, *, email: str, unsubscribed_at: dt.datetime) -> None:
        """Send this person no Monday message any more; a second time changes nothing."""
        values = {"email": email.strip().lower(), "unsubscribed_at": _time(unsubscribed_at)}
        with self._write() as connection:
            _upsert(connection, Unsubscribe, [values], is_replacing=False)

    def subscribe(self, email: str) -> None:
        """Send this person the Monday message again."""
        with self._write() as connection:
            connection.execute(delete(Unsubscribe).where(Unsubscribe.email == email.strip().lower()))

    def set_consent(
        self, *, call_id: str, consent: str, recorded_at: dt.datetime, retain_until: dt.date | None = None
    ) -> None:
        """What a call's participants allow; the newest statement counts."""
        values = {
            "call_id": call_id,
            "consent": consent,
            "recorded_at": _time(recorded_at),
            "retain_until": retain_until.isoformat() if retain_until else None,
        }
        with self._write() as connection:
            _upsert(connection, Consent, [values], is_replacing=True)

    def add_pulse(
        self,
        *,
        team_id: str,
        quarter_start: dt.date,
        respondent_kind: RespondentKind,
        respondent_email: str,
        answers: Mapping[str, float],
        answered_at: dt.datetime,
    ) -> None:
        """One person's answers to the pulse, by question.

        A rep answers once a quarter: that they did is kept, and what they said is kept apart from it, so that there is
        nothing to replace it by. A leader's answer stands for the team and may be given again.

        Raises:
            AlreadyAnswered: this rep has answered for the quarter.
            ValueError: an answer is off its scale, or the quarter's answers have been released: one more would show
                itself as a difference.
        """
        if answered_at.date() >= released_on(quarter_start):
            raise ValueError(f"answers for the quarter from {quarter_start} closed on {released_on(quarter_start)}")
        quarter, is_rep = quarter_start.isoformat(), respondent_kind == "rep"
        keys = [{"team_id": team_id, "quarter_start": quarter, "question": one} for one in checked(answers)]
        rows = [
            {
                "pulse_id": uuid.uuid4().hex if is_rep else _id(key),
                **key,
                "respondent_kind": respondent_kind,
                "answer": answer,
            }
            for key, answer in zip(keys, answers.values(), strict=True)
        ]
        try:
            with self._write() as connection:
                if is_rep:
                    email = respondent_email.strip().lower()
                    connection.execute(
                        insert(PulseParticipation), {"respondent_email": email, "quarter_start": quarter}
                    )
                _upsert(connection, Pulse, rows, is_replacing=True)
        except IntegrityError as error:
            raise AlreadyAnswered(f"answers for the quarter from {quarter_start} have been given") from error

    def has_answered_pulse(self, email: str, quarter_start: dt.date) -> bool:
        """Whether this rep has answered for the quarter."""
        key = (email.strip().lower(), quarter_start.isoformat())
        with self.session() as session:
            return session.get(PulseParticipation, key) is not None

    def add_rows(self, model: type[Base], rows: list[dict[str, Any]]) -> int:
        """Add whole rows of a table; one whose key is there stays. Returns how many were added."""
        with self._write() as connection:
            before = _count(connection, model)
            _upsert(connection, model, rows, is_replacing=False)
            return _count(connection, model) - before

    def session(self) -> Session:
        """A session of SQLAlchemy on the store, for the outbox, whose rows change."""
        return Session(self._engine)

    def _add(self, model: type[Base], values: Mapping[str, str | None]) -> str:
        key = key_columns(model)[0]
        row_id = _id(values)
        with self._write() as connection:
            _upsert(connection, model, [{key: row_id, **values}], is_replacing=False)
        return row_id

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            yield connection

    def read(self, model: type[Base]) -> pl.DataFrame:
        """All rows of a table that leaves the store as it is, in the columns of its raw table, in order of id."""
        columns = [column for column in RAW_TABLES[READ_BACK[model]] if column not in PROVENANCE]
        table = model.__table__
        query = select(*(table.c[column] for column in columns)).order_by(*(table.c[key] for key in key_columns(model)))
        with self._engine.connect() as connection:
            rows = [tuple(row) for row in connection.execute(query)]
        return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String()), orient="row")

    def reviews(self) -> pl.DataFrame:
        return self.read(Review)

    def role_corrections(self) -> pl.DataFrame:
        return self.read(RoleCorrection)

    def acknowledgements(self) -> pl.DataFrame:
        return self.read(Acknowledgement)

    def risk_flags(self) -> pl.DataFrame:
        return self.read(RiskFlag)

    def consents(self) -> pl.DataFrame:
        return self.read(Consent)

    def queue_outcomes(self) -> pl.DataFrame:
        return self.read(QueueOutcome)

    def correction_acknowledgements(self) -> pl.DataFrame:
        return self.read(CorrectionAcknowledgement)

    def unsubscribed(self) -> frozenset[str]:
        """Addresses that get no Monday message."""
        return frozenset(self.read(Unsubscribe)["email"])

    def pulse_aggregates(self, as_of: dt.date) -> pl.DataFrame:
        """Answers as ``app_pulses.aggregated`` lets them out, for quarters that are closed on ``as_of``."""
        columns = Pulse.__table__.columns
        with self._engine.connect() as connection:
            rows = [tuple(row) for row in connection.execute(select(*columns))]
        kinds = {column.name: pl.Float64() if column.name == "answer" else pl.String() for column in columns}
        answers = pl.DataFrame(rows, schema=kinds, orient="row")
        quarters = answers["quarter_start"].unique().to_list()
        released = [quarter for quarter in quarters if released_on(dt.date.fromisoformat(quarter)) <= as_of]
        return aggregated(answers.filter(pl.col("quarter_start").is_in(released)))

    def import_export(self, folder: Path) -> dict[str, int]:
        """Take in ``<table>.jsonl`` exports of another store; a row already there stays, a bad line is left out.

        Returns the number of rows added by table.
        """
        added: dict[str, int] = {}
        for name, model in MODELS.items():
            path = folder / f"{name}.jsonl"
            if path.is_file():
                rows = [line for line in read_export(path) if not isinstance(line, BadLine)]
                with self._write() as connection:
                    before = _count(connection, model)
                    _upsert(connection, model, rows, is_replacing=False)
                    added[name] = _count(connection, model) - before
        return added


def _engine(url: str) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url)
    database = make_url(url).database
    if database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = normal")
        connection.execute("pragma foreign_keys = on")

    return engine


def _migrate(engine: Engine) -> None:
    """Bring the tables to the newest version; several processes may open a new store at once."""
    version = _version(engine)
    if version == NEWEST_MIGRATION:
        return
    if version is not None and version > NEWEST_MIGRATION:
        raise NewerStore(
            f"{engine.url.database} was written by a newer Sideline (its tables are at {version}): use that one"
        )
    from alembic import command  # noqa: PLC0415 (0.3 s that opening an up-to-date store need not spend)
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("begin immediate")  # the second process waits here and then finds nothing to do
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def _version(engine: Engine) -> str | None:
    if not inspect(engine).has_table("alembic_version"):
        return None
    with engine.connect() as connection:
        return connection.exec_driver_sql("select version_num from alembic_version").scalar()


def _count(connection: Connection, model: type[Base]) -> int:
    return connection.execute(select(func.count()).select_from(model)).scalar_one()


def _upsert(connection: Connection, model: type[Base], rows: list[dict[str, Any]], *, is_replacing: bool) -> None:
    """Add rows; one whose key is there stays, or is replaced."""
    if not rows:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    keys = key_columns(model)
    statement = dialect.insert(Base.metadata.tables[model.__tablename__])
    if is_replacing:
        others = {c.name: statement.excluded[c.name] for c in model.__table__.columns if c.name not in keys}
        statement = statement.on_conflict_do_update(index_elements=keys, set_=others)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    connection.execute(statement, rows)


def _id(values: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:20]


def _time(value: dt.datetime) -> str:
    if value.tzinfo is None:
        raise ValueError("times need a time zone")
    return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
