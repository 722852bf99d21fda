"""Files of one's own, with everything that is wrong with files: each bad thing named, every good thing in the marts."""

import json
import random
import struct
import subprocess
import wave
from pathlib import Path

import pytest

from pipelines.settings import Settings
from sample_org.generate import RECORDINGS
from tests.conftest import copy_models
from tests.integration.conftest import AS_OF, ROOT, SIDELINE, Line

pytestmark = [pytest.mark.integration, pytest.mark.slow]

REPS = """Email,Name,Hire Date,Manager,Team,Segment
ana@acme.test,Ana Lima,2024-01-15,mia@acme.test,East,SMB
bo@acme.test,Bo Ek,2024-02-29,mia@acme.test,East,SMB
cy@acme.test,Cy Roe,2023-02-29,mia@acme.test,East,SMB
mia@acme.test,Mia Söl,2020-01-01,,East,SMB
"""
DEALS = """deal_id,owner,amount,stage,close_date
d1,ana@acme.test,"12,500.00",Closed Won,2026-05-10
d2,bo@acme.test,-400,Closed Won,2026-05-11
d3,ghost@acme.test,900,Closed Won,2026-05-12
d4,ana@acme.test,1000,Closed Lost,2026-02-30
d1,ana@acme.test,"12,500.00",Closed Won,2026-05-10
d5,bo@acme.test,abc,Closed Won,2026-05-13
d6,bo@acme.test,700,Closed Won,2026-05-14
d7,bo@acme.test
"""
QUOTAS = """E-mail,period_start,period_end,quota_amount,currency
ana@acme.test,2026-04-01,2026-06-30,30000,EUR
bo@acme.test,2026-04-01,2026-06-30,"20,000",EUR
"""


def tone(path: Path, seconds: float, loudness: int) -> None:
    noise = random.Random(0)
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, 16000, 0, "NONE", ""))
        out.writeframes(
            b"".join(struct.pack("<h", noise.randint(-loudness, loudness)) for _ in range(int(16000 * seconds)))
        )


def mine(folder: Path, model_cache: Path) -> Line:
    """An empty data folder without any source."""
    copy_models(model_cache, folder / "data" / "cache")
    settings = Settings(data_dir=folder / "data", as_of=AS_OF, _env_file=None)  # type: ignore[call-arg]
    return Line(settings, folder / "connections.txt")


@pytest.fixture(scope="module")
def own(model_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Line, "subprocess.CompletedProcess[str]"]:
    folder = tmp_path_factory.mktemp("mine")
    recordings = folder / "recordings"
    recordings.mkdir()
    sound = sorted(RECORDINGS.glob("demo_*.opus"))[0].read_bytes()
    sidecar = {
        "call_id": "good",
        "started_at": "2026-06-20T10:00:00Z",
        "call_kind": "external",
        "participants": [{"email": "ana@acme.test", "name": "Ana Lima", "role": "rep", "channel": 0}],
    }
    (recordings / "good.opus").write_bytes(sound)
    (recordings / "good.json").write_text(json.dumps(sidecar))
    (recordings / "half.opus").write_bytes(sound + b"\0")
    (recordings / "half.json").write_text(json.dumps(sidecar)[:60])
    (recordings / "truncated.opus").write_bytes(sound[:20_000])
    (recordings / "zero.wav").write_bytes(b"")
    (recordings / "headerless.wav").write_bytes(b"\x00\x11" * 40_000)
    (recordings / "text.wav").write_text("this is a text\n" * 50)
    tone(recordings / "silent.wav", 20, 0)
    tone(recordings / "one_second.wav", 1, 3000)
    # As Excel for Windows writes it.
    (folder / "reps.csv").write_bytes(REPS.encode("cp1252"))
    (folder / "deals.csv").write_text(DEALS)
    (folder / "quotas.csv").write_text(QUOTAS)
    ran = mine(folder, model_cache)
    files = [f"--{name}={folder / name}.csv" for name in ("deals", "reps", "quotas")]
    return ran, ran.run(f"--recordings={recordings}", *files)


def test_bad_files_make_exit_code_one_and_no_traceback(own: tuple[Line, "subprocess.CompletedProcess[str]"]) -> None:
    _, done = own
    assert done.returncode == 1, done.stderr[-3000:]
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("subject", "reason"),
    [
        ("zero.wav", "the file is empty"),
        ("headerless.wav", "header is missing or damaged"),
        ("text.wav", "it holds text, not sound"),
        ("half.json", "not JSON"),
    ],
)
def test_an_unreadable_file_is_in_quarantine_with_its_reason(
    own: tuple[Line, "subprocess.CompletedProcess[str]"], subject: str, reason: str
) -> None:
    ran, done = own
    found = ran.query(
        f"select detail from fct_data_quality where rule = 'quarantined_file' and subject_id like '%{subject}%'"
    )
    assert len(found) == 1 and reason in str(found[0][0])
    assert reason in done.stdout


@pytest.mark.parametrize(
    ("rule", "subject"),
    [
        ("negative_amount", "hubspot:d2"),
        ("unknown_owner", "hubspot:d3"),
        ("won_without_amount", "hubspot:d5"),
        ("assignment_dates_unreadable", "hr:cy@acme.test@none#2"),
    ],
)
def test_a_row_that_breaks_a_rule_is_kept_and_marked(
    own: tuple[Line, "subprocess.CompletedProcess[str]"], rule: str, subject: str
) -> None:
    ran, _ = own
    marked = ran.query(f"select count(*) from fct_data_quality where rule = '{rule}' and subject_id = '{subject}'")
    assert marked == [(1,)]


def test_good_rows_all_arrive_once(own: tuple[Line, "subprocess.CompletedProcess[str]"]) -> None:
    ran, _ = own
    assert ran.query("select deal_id from fct_deals order by 1") == [(f"hubspot:d{n}",) for n in range(1, 7)]
    assert ran.query("select amount from fct_deals where deal_id = 'hubspot:d1'")[0][0] == pytest.approx(12_500)
    attained = ran.query(
        "select rep_id, attainment from fct_rep_quarters where quota_amount is not null and quarter_start = '2026-04-01'"
    )
    assert dict(attained)["hr:ana@acme.test"] == pytest.approx(12_500 / 34_500)  # deals in USD, the quota in EUR
    assert ran.query("select full_name from dim_managers") == [("Mia Söl",)]
    heard = ran.query("select count(*) from fct_calls where status = 'transcribed'")
    assert int(str(heard[0][0])) >= 2


def test_one_deal_cut_short_is_quarantined_as_a_row(own: tuple[Line, "subprocess.CompletedProcess[str]"]) -> None:
    ran, _ = own
    assert ran.query("select count(*) from fct_data_quality where rule = 'quarantined_row'") == [(1,)]


def test_silent_and_short_sound_is_a_call_without_speech(own: tuple[Line, "subprocess.CompletedProcess[str]"]) -> None:
    ran, _ = own
    assert ran.query("select count(*) from fct_calls where status = 'no_speech'") == [(2,)]


def test_the_headline_says_what_is_missing(own: tuple[Line, "subprocess.CompletedProcess[str]"]) -> None:
    _, done = own
    assert "no 1:1" in done.stdout.lower() or "no one-on-one" in done.stdout.lower()


def test_help_names_the_columns_a_sheet_needs() -> None:
    told = subprocess.run([SIDELINE, "run", "--help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for column in ("deal_id", "owner", "amount", "stage", "close_date", "hire_date", "period_start", "quota_amount"):
        assert column in told
