"""Settings: the only reader of environment variables. Read once at the edge (CLI, Dagster, dashboards), then passed on."""

import datetime as dt
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

REPOSITORY = Path(__file__).resolve().parents[1]


def today_utc() -> dt.date:
    """The one look at the clock: the default as-of date, overridden by ``SIDELINE_AS_OF``."""
    return dt.datetime.now(dt.UTC).date()  # noqa: TID251


class Settings(BaseSettings):
    """Everything that can be set from outside, each as ``SIDELINE_<NAME>`` in the environment or in ``.env``."""

    model_config = SettingsConfigDict(env_prefix="SIDELINE_", env_file=".env", frozen=True, extra="forbid")

    data_dir: Path = Field(
        Path("data"), description="Where lake, warehouse, published marts, caches and app store live."
    )
    lake_url: str | None = Field(None, description="Lake somewhere else than <data_dir>/lake: a path or an s3:// URL.")
    app_store_url: str | None = Field(None, description="SQLAlchemy URL; default: SQLite in <data_dir>/app.db.")
    as_of: dt.date = Field(default_factory=today_utc, description="The day the numbers are for (UTC).")

    source_dir: Path | None = Field(None, description="Folder with exports (hubspot/, salesforce/, gong/, hr/ …).")
    recordings_dir: Path | None = Field(None, description="Folder with recordings; default: <source_dir>/recordings.")

    asr_engine: Literal["faster-whisper", "openai-whisper"] = "faster-whisper"
    asr_model: str = Field("tiny.en", description="Bundled tiny.en, an engine's own model name, or a path.")
    threads: int = Field(2, ge=1, description="Threads of recognisers and encoders, and processes that hear and score.")
    mask_personal_data: bool = Field(True, description="Mask e-mail, phone, card and national ids in transcripts.")

    sales_rubric: Path = REPOSITORY / "rubrics" / "sales_call.v5.yaml"
    one_on_one_rubric: Path = REPOSITORY / "rubrics" / "one_on_one.v4.yaml"
    competitors: tuple[str, ...] = Field((), description="Competitor names, as a JSON list.")

    judge_url: str | None = Field(None, description="OpenAI-compatible endpoint of an optional judge.")
    judge_model: str | None = None
    judge_api_key: str | None = Field(None, repr=False)
    judge_token_budget: int = Field(5_000_000, ge=0, description="Tokens the judge may use in one run.")

    gross_margin: float | None = Field(
        None, ge=0, le=1, description="Of a sale, for costs; default: stated assumption."
    )
    onboarding_cost: float | None = Field(
        None, ge=0, description="Of one rep, in company currency; default: published."
    )
    replacement_cost: float | None = Field(
        None, ge=0, description="Of one rep, in company currency; default: published."
    )

    randomised_nudges: bool = Field(
        False, description="Hold half of the reminders back at random, week by week, to measure what reminding does."
    )
    nudges_excluded: tuple[str, ...] = Field(
        (), description="Reps whose reminders are never held back, as a JSON list of e-mails."
    )

    digest_url: str | None = Field(
        None, repr=False, description="Where Monday messages go: smtp://…, smtps://… or a webhook, http(s)://…."
    )
    digest_from: str = Field("sideline@localhost", description="Sender of Monday messages by e-mail.")
    digest_app_url: str | None = Field(None, description="Address of the dashboards, for links in messages.")

    viewer_email: str | None = Field(None, description="Who looks at the dashboards when no login is configured.")
    leader_emails: tuple[str, ...] = Field(
        (), description="Who sees every team (leaders, enablement, administrators), as a JSON list of e-mails."
    )

    @field_validator("data_dir", "source_dir", "recordings_dir")
    @classmethod
    def absolute(cls, path: Path | None) -> Path | None:
        return path.expanduser().absolute() if path else path

    @property
    def lake(self) -> str:
        """Root of the lake, a local path or a URL."""
        return self.lake_url or str(self.data_dir / "lake")

    @property
    def warehouse(self) -> Path:
        """The DuckDB file that only dbt writes."""
        return self.data_dir / "warehouse.duckdb"

    @property
    def serve_dir(self) -> Path:
        """Published marts and the pointer file ``current``."""
        return self.data_dir / "serve"

    @property
    def quarantine_dir(self) -> Path:
        return self.data_dir / "quarantine"

    @property
    def cache_dir(self) -> Path:
        return self.data_dir / "cache"

    @property
    def app_store(self) -> str:
        return self.app_store_url or f"sqlite:///{self.data_dir / 'app.db'}"

    def moment_of_click(self) -> dt.datetime:
        """When a person pressed a button: the as-of date with the time of day now, so that the next run counts it."""
        now = dt.datetime.now(dt.UTC).time()  # noqa: TID251
        return dt.datetime.combine(self.as_of, now, tzinfo=dt.UTC)

    @property
    def recordings(self) -> Path | None:
        """Folder the audio connector and the sensor watch."""
        return self.recordings_dir or (self.source_dir / "recordings" if self.source_dir else None)
