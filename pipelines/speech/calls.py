"""The calls that should be heard, from the raw tables: recordings and vendor calls in one frame, and who took part.

Reads the lake; recognises and writes nothing.
"""

import datetime as dt
from dataclasses import dataclass

import polars as pl

from pipelines.contracts import ROLES
from pipelines.lake import Lake
from pipelines.speech.call_type import call_type, is_one_on_one_title
from pipelines.speech.sidecar import CONSENTED

PARTY = pl.Struct(
    {
        "id": pl.String(),
        "emailAddress": pl.String(),
        "name": pl.String(),
        "userId": pl.String(),
        "speakerId": pl.String(),
        "affiliation": pl.String(),
    }
)
SIDECAR_PARTICIPANT = pl.Struct({"email": pl.String(), "name": pl.String(), "role": pl.String(), "channel": pl.Int64()})
PARTICIPANT = pl.Struct(
    {
        "participant_id": pl.String(),
        "email": pl.String(),
        "name": pl.String(),
        "role": pl.String(),
        "channel": pl.Int64(),
    }
)
GONG, FOLDER = "gong:", "folder:"
NEWEST = pl.col("_dlt_load_id").cast(pl.Float64)


@dataclass(frozen=True)
class Calls:
    """``dated``: one row per call; ``undated``: calls without a start; ``parties``: who is who in vendor calls."""

    dated: pl.DataFrame
    parties: pl.DataFrame
    undated: pl.DataFrame
    corrections: pl.DataFrame
    own_domains: frozenset[str]


def read_calls(lake: Lake, as_of: dt.date) -> Calls:
    """All calls the raw tables tell of, with their consent as of ``as_of``."""
    domains = _own_domains(lake)
    gong, parties = _gong_calls(lake)
    folder = _folder_calls(lake)
    both = pl.concat([gong, folder], how="diagonal").join(_consents(lake, as_of), on="call_id", how="left")
    calls = both.with_columns(
        pl.col("started_at").dt.date().alias("date"),
        pl.coalesce(
            pl.when(_is_refused(pl.col("sidecar_consent"))).then(pl.lit("no_consent")), pl.col("withheld")
        ).alias("withheld"),
    )
    return Calls(
        calls.filter(pl.col("date").is_not_null()).sort("date", "started_at", "call_id"),
        parties,
        calls.filter(pl.col("date").is_null()),
        _corrections(lake),
        domains,
    )


def parsed_time(text: pl.Expr) -> pl.Expr:
    """UTC time of ISO 8601 text with or without an offset (without one it is UTC), or of milliseconds since 1970."""
    clean = text.str.strip_chars()
    naive = clean.str.replace("T", " ", literal=True).str.to_datetime("%Y-%m-%d %H:%M:%S%.f", strict=False)
    milliseconds = pl.when(clean.str.contains(r"^\d{11,14}$")).then(clean.cast(pl.Int64, strict=False))
    return pl.coalesce(
        clean.str.to_datetime("%+", strict=False, time_zone="UTC", time_unit="us"),
        naive.dt.replace_time_zone("UTC"),
        clean.str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us", "UTC")),
        milliseconds.cast(pl.Datetime("ms", "UTC")).cast(pl.Datetime("us", "UTC")),
    )


def _newest(frame: pl.LazyFrame, *keys: str, then: str = "_source_row") -> pl.LazyFrame:
    return frame.sort(NEWEST, "_source_file", then).unique(list(keys), keep="last", maintain_order=True)


# --- consent, corrections, own people ---------------------------------------------------------------------------------


def _is_refused(consent: pl.Expr) -> pl.Expr:
    """The same as ``sidecar.is_refused`` for a column."""
    said = consent.str.strip_chars().str.to_lowercase()
    return said.is_not_null() & (said != "") & ~said.is_in(CONSENTED)


def _consents(lake: Lake, as_of: dt.date) -> pl.DataFrame:
    """``withheld`` per call: no_consent, past_retention or null. The newest statement per call counts."""
    given = pl.col("call_id").str.strip_chars()
    is_past = pl.col("retain_until").str.slice(0, 10).str.to_date(strict=False) < as_of
    return (
        lake.scan_raw("raw_consent__calls")
        .filter(pl.col("call_id").is_not_null())
        .sort(parsed_time(pl.col("recorded_at")), NEWEST, "_source_row", nulls_last=False)
        .unique("call_id", keep="last", maintain_order=True)
        .select(
            pl.when(given.str.contains(":", literal=True))
            .then(pl.concat_list(given))
            .otherwise(pl.concat_list(GONG + given, FOLDER + given))
            .alias("call_id"),
            pl.when(_is_refused(pl.col("consent")))
            .then(pl.lit("no_consent"))
            .when(is_past)
            .then(pl.lit("past_retention"))
            .alias("withheld"),
        )
        .explode("call_id")
        .unique("call_id", keep="last", maintain_order=True)
        .collect()
    )


def _corrections(lake: Lake) -> pl.DataFrame:
    """Newest role per call and speaker, as people corrected it."""
    return (
        lake.scan_raw("raw_app__role_corrections")
        .filter(pl.col("role").is_in(ROLES))
        .sort(parsed_time(pl.col("corrected_at")), NEWEST, "_source_row")
        .unique(["call_id", "speaker"], keep="last", maintain_order=True)
        .select("call_id", "speaker", "role")
        .sort("call_id", "speaker")
        .collect()
    )


def _own_domains(lake: Lake) -> frozenset[str]:
    """E-mail domains of our own people."""
    emails = [
        lake.scan_raw("raw_hr__employees").select(pl.col("email")),
        lake.scan_raw("raw_gong__users").select(pl.col("email_address").alias("email")),
    ]
    domain = pl.col("email").str.to_lowercase().str.split("@").list.last().str.strip_chars()
    found = pl.concat(emails).filter(pl.col("email").str.contains("@", literal=True)).select(domain.unique())
    return frozenset(found.collect().to_series().to_list())


# --- recordings -------------------------------------------------------------------------------------------------------


def _folder_calls(lake: Lake) -> pl.DataFrame:
    said = pl.col("participants").str.json_decode(pl.List(SIDECAR_PARTICIPANT))
    person = pl.element().struct
    kind = pl.col("call_kind").str.strip_chars().str.to_lowercase()
    return (
        _newest(lake.scan_raw("raw_folder__recordings"), "call_id")
        .select(
            "call_id",
            pl.lit("folder").alias("source"),
            "title",
            parsed_time(pl.col("started_at")).alias("started_at"),
            pl.when(kind.is_in(["external", "one_on_one", "other"]))
            .then(kind)
            .when(kind.is_null() & ~is_one_on_one_title(pl.col("title")))
            .then(pl.lit("external"))
            .when(kind.is_null())
            .then(pl.lit("one_on_one"))
            .otherwise(pl.lit("other"))
            .alias("call_kind"),
            pl.col("call_type").str.strip_chars().str.to_lowercase().alias("said_type"),
            pl.col("session_seconds"),
            pl.col("is_excerpt").fill_null(value=False),
            pl.col("consent").alias("sidecar_consent"),
            said.fill_null([])
            .list.eval(
                pl.struct(
                    pl.coalesce(person.field("email"), person.field("name")).alias("participant_id"),
                    person.field("email").str.to_lowercase().alias("email"),
                    person.field("name").alias("name"),
                    person.field("role").alias("role"),
                    person.field("channel").alias("channel"),
                )
            )
            .alias("participants"),
            _deal_ids(pl.col("deal_ids")).alias("deal_ids"),
            *("audio_sha256", "audio_path", "file_name", "byte_count"),
            pl.col("engine").alias("said_engine"),
        )
        .with_columns(_typed(), _primary_of_sidecar().alias("primary_email"))
        .drop("said_type")
        .collect()
    )


def _typed() -> pl.Expr:
    """Call type: given, else one_on_one by kind, else by the title."""
    by_title = pl.when(pl.col("call_kind") == "external").then(call_type(pl.col("title")))
    return pl.coalesce(
        pl.when(pl.col("call_kind") == "one_on_one").then(pl.lit("one_on_one")), pl.col("said_type"), by_title
    ).alias("call_type")


def _primary_of_sidecar() -> pl.Expr:
    """The manager of a one-on-one, the first rep of any other call."""
    person = pl.element().struct
    first = {
        role: pl.col("participants")
        .list.eval(person.field("email").filter(person.field("role") == role).drop_nulls())
        .list.first()
        for role in ("manager", "rep")
    }
    return pl.when(pl.col("call_kind") == "one_on_one").then(first["manager"]).otherwise(first["rep"])


def _deal_ids(text: pl.Expr) -> pl.Expr:
    ids = text.str.json_decode(pl.List(pl.String())).fill_null([])
    deal = pl.element()
    prefixed = pl.when(deal.str.contains(":", literal=True)).then(deal).otherwise("hubspot:" + deal)
    return ids.list.drop_nulls().list.eval(prefixed)


# --- vendor calls -----------------------------------------------------------------------------------------------------


def _gong_calls(lake: Lake) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Calls of the vendor, and their parties with a role each."""
    raw = (
        _newest(lake.scan_raw("raw_gong__calls"), "id")
        .with_columns((GONG + pl.col("id")).alias("call_id"), parsed_time(pl.col("started")).alias("started_at"))
        .collect()
    )
    parties = _parties(raw, _own_domains(lake), _managers(lake))
    by_call = parties.group_by("call_id", maintain_order=True).agg(
        pl.struct("participant_id", "email", "name", "role", pl.lit(None, pl.Int64()).alias("channel")).alias(
            "participants"
        ),
        pl.col("call_kind").first(),
        pl.col("email").filter(pl.col("is_primary")).first().alias("primary_email"),
    )
    no_one = pl.lit([], dtype=pl.List(PARTICIPANT))
    calls = (
        raw.join(by_call, on="call_id", how="left")
        .with_columns(
            pl.col("call_kind").fill_null(_kind_by_scope()),
            pl.col("participants").fill_null(no_one),
            pl.lit(None, pl.String()).alias("said_type"),
        )
        .select(
            "call_id",
            pl.lit("gong").alias("source"),
            "title",
            "started_at",
            "call_kind",
            _typed(),
            "duration_seconds",
            pl.col("duration_seconds").alias("session_seconds"),
            pl.lit(value=False).alias("is_excerpt"),
            pl.lit(None, pl.String()).alias("sidecar_consent"),
            "participants",
            "primary_email",
            _deal_ids(pl.col("deal_ids")).alias("deal_ids"),
            pl.col("language"),
        )
    )
    return calls, parties


def _kind_by_scope() -> pl.Expr:
    is_internal = pl.col("scope").str.to_lowercase() == "internal"
    return pl.when(is_internal).then(pl.lit("other")).otherwise(pl.lit("external"))


def _managers(lake: Lake) -> pl.DataFrame:
    """Who managed whom when, by e-mail."""
    people = (
        _newest(lake.scan_raw("raw_hr__employees"), "employee_id")
        .select("employee_id", pl.col("email").str.to_lowercase())
        .collect()
    )
    spells = lake.scan_raw("raw_hr__assignments").collect()
    return (
        spells.filter(pl.col("manager_employee_id").is_not_null())
        .join(people.rename({"email": "report_email"}), on="employee_id")
        .join(people.rename({"email": "manager_email", "employee_id": "manager_employee_id"}), on="manager_employee_id")
        .select(
            "report_email",
            "manager_email",
            pl.col("valid_from").str.slice(0, 10).str.to_date(strict=False),
            pl.col("valid_to").str.slice(0, 10).str.to_date(strict=False),
        )
    )


def _parties(raw: pl.DataFrame, own_domains: frozenset[str], managers: pl.DataFrame) -> pl.DataFrame:
    """One row per party of each call: is it ours, is it the primary user, its role, and the kind of its call."""
    party = pl.col("party").struct
    email = party.field("emailAddress").str.to_lowercase().str.strip_chars()
    said = party.field("affiliation").str.to_lowercase()
    is_own_domain = email.str.split("@").list.last().is_in(own_domains)
    listed = (
        raw.select(
            *("call_id", "title", "started_at", "primary_user_id", "scope"),
            pl.col("parties").str.json_decode(pl.List(PARTY)).alias("party"),
        )
        .explode("party")
        .filter(pl.col("party").is_not_null())
        .with_columns(
            pl.coalesce(party.field("speakerId"), party.field("id"), email).alias("participant_id"),
            party.field("speakerId").alias("speaker_id"),
            email.alias("email"),
            party.field("name").alias("name"),
            pl.when(said == "internal")
            .then(pl.lit(value=True))
            .when(said == "external")
            .then(pl.lit(value=False))
            .otherwise(pl.when(email.is_not_null()).then(is_own_domain))
            .alias("is_ours"),
            (said.is_in(["internal", "external"])).fill_null(value=False).alias("is_told"),
            (party.field("userId") == pl.col("primary_user_id")).fill_null(value=False).alias("is_primary_user"),
        )
        .drop("party")
    )
    return _with_roles(listed, _one_on_ones(listed, managers))


def _one_on_ones(parties: pl.DataFrame, managers: pl.DataFrame) -> pl.DataFrame:
    """Internal calls of exactly two of our people of whom one manages the other: call_id, manager_email, the rule.

    By the reporting line on the day; else, where the title says so, by the line of another day (managers change), and
    where HR knows neither of them, with the recorder's primary user as the manager.
    """
    pairs = (
        parties.group_by("call_id")
        .agg(
            pl.col("started_at").first().dt.date().alias("date"),
            pl.col("title").first(),
            (pl.len() == 2).alias("is_pair"),
            pl.col("is_ours").fill_null(value=False).all().alias("is_internal"),
            pl.col("email").sort_by("is_primary_user", descending=True).first().alias("primary_email"),
            pl.col("email").sort_by("is_primary_user", descending=True).last().alias("other_email"),
            pl.col("is_primary_user").any().alias("has_primary"),
        )
        .filter("is_pair", "is_internal", pl.col("primary_email") != pl.col("other_email"))
    )
    ways = (("primary_email", "other_email"), ("other_email", "primary_email"))
    on_the_day = pl.concat([_managed(pairs, managers, *way) for way in ways])
    called_so = pairs.filter(is_one_on_one_title(pl.col("title")))
    some_day = pl.concat([_managed(called_so.with_columns(date=None), managers, *way) for way in ways])
    in_hr = pl.concat([managers["report_email"], managers["manager_email"]]).unique().implode()
    by_title = called_so.filter(
        "has_primary", ~(pl.col("primary_email").is_in(in_hr) & pl.col("other_email").is_in(in_hr))
    ).select("call_id", pl.col("primary_email").alias("manager_email"))
    rules = {"reporting_line": on_the_day, "reporting_line_of_another_day": some_day, "title": by_title}
    told = [frame.with_columns(manager_rule=pl.lit(rule)) for rule, frame in rules.items()]
    return pl.concat(told).unique("call_id", keep="first", maintain_order=True)


def _managed(pairs: pl.DataFrame, managers: pl.DataFrame, manager: str, report: str) -> pl.DataFrame:
    """Pairs of whom ``manager`` managed ``report`` on the date of the call, or ever where there is no date."""
    date = pl.col("date")
    return (
        pairs.join(managers, left_on=[manager, report], right_on=["manager_email", "report_email"])
        .filter(
            date.is_null() | pl.col("valid_from").is_null() | (pl.col("valid_from") <= date),
            date.is_null() | pl.col("valid_to").is_null() | (date <= pl.col("valid_to")),
        )
        .select("call_id", pl.col(manager).alias("manager_email"))
        .unique("call_id")
    )


def _with_roles(parties: pl.DataFrame, one_on_ones: pl.DataFrame) -> pl.DataFrame:
    is_one_on_one = pl.col("manager_email").is_not_null()
    is_manager = pl.col("email") == pl.col("manager_email")
    is_internal = (pl.col("scope").str.to_lowercase() == "internal").fill_null(value=False)
    return (
        parties.join(one_on_ones, on="call_id", how="left")
        .with_columns(
            pl.when(is_one_on_one)
            .then(pl.lit("one_on_one"))
            .when(is_internal)
            .then(pl.lit("other"))
            .otherwise(pl.lit("external"))
            .alias("call_kind"),
            pl.when(is_one_on_one)
            .then(pl.when(is_manager).then(pl.lit("manager")).otherwise(pl.lit("rep")))
            .when(pl.col("is_ours"))
            .then(pl.lit("rep"))
            .when(~pl.col("is_ours"))
            .then(pl.lit("customer"))
            .alias("role"),
            pl.when(is_one_on_one)
            .then(pl.col("manager_rule"))
            .when(pl.col("is_told"))
            .then(pl.lit("party"))
            .otherwise(pl.lit("email_domain"))
            .alias("role_rule"),
        )
        .with_columns(
            pl.when(is_one_on_one)
            .then(is_manager)
            .otherwise(pl.col("is_primary_user"))
            .fill_null(value=False)
            .alias("is_primary"),
            pl.col("role_rule")
            .replace_strict(
                {
                    "party": 1.0,
                    "reporting_line": 1.0,
                    "email_domain": 0.95,
                    "reporting_line_of_another_day": 0.9,
                    "title": 0.85,
                }
            )
            .alias("role_confidence"),
        )
        .drop("started_at", "title", "scope")
    )
