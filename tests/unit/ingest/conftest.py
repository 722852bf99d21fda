"""Small exports as the systems would write them."""

import datetime as dt
import json
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from pipelines.ingest.exports import Context
from pipelines.lake import Lake
from pipelines.settings import Settings

AS_OF = dt.date(2026, 6, 30)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", source_dir=tmp_path / "source", as_of=AS_OF, _env_file=None)


@pytest.fixture
def lake(settings: Settings) -> Lake:
    found = Lake(settings.lake)
    found.create_tables()
    return found


@pytest.fixture
def context(settings: Settings, lake: Lake) -> Context:
    assert settings.source_dir is not None
    settings.source_dir.mkdir()
    return Context(settings.source_dir, lake, AS_OF, settings.recordings, settings.app_store)


@pytest.fixture
def write(settings: Settings) -> Callable[[str, str | bytes], Path]:
    """Write a file of the source folder."""

    def put(name: str, content: str | bytes) -> Path:
        assert settings.source_dir is not None
        path = settings.source_dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return put


def json_lines(objects: Iterable[object]) -> str:
    return "".join(json.dumps(item) + "\n" for item in objects)


def deal(number: int, **properties: str | None) -> dict[str, object]:
    return {
        "id": str(number),
        "properties": {"dealname": f"Deal {number}", "amount": "1200.50", "dealstage": "s1"} | properties,
        "propertiesWithHistory": {
            "dealstage": [
                {"value": "s1", "timestamp": "2026-02-01T00:00:00Z", "sourceType": "CRM_UI", "updatedByUserId": 7},
                {"value": "s0", "timestamp": "2026-01-01T00:00:00Z", "sourceType": "API", "sourceId": "import"},
            ]
        },
        "associations": {"contacts": {"results": [{"id": "55", "type": "deal_to_contact"}]}},
        "createdAt": "2026-01-01T00:00:00Z",
        "updatedAt": "2026-02-01T00:00:00Z",
        "archived": False,
    }


QUOTAS = "employee_id,period_start,period_end,quota_amount,currency,quota_kind,is_overlay\n"
