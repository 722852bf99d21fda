"""The transcript on the page: text can never become markup, and the chosen moment is marked."""

import polars as pl
import pytest

from dashboards.transcript import as_html, clock

UTTERANCES = pl.DataFrame(
    {
        "start_seconds": [0.0, 10.0, 20.0],
        "end_seconds": [9.0, 19.0, 29.0],
        "speaker": ["a", "b", "c"],
        "role": ["rep", "customer", "unknown"],
        "text": ["<script>alert(1)</script>", "Fine & good", "Hm"],
    }
)


def test_words_of_a_call_are_escaped() -> None:
    page = as_html(UTTERANCES, None)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "Fine &amp; good" in page


@pytest.mark.parametrize(("position", "marked"), [(0.0, "0:00"), (9.6, "0:10"), (15.0, "0:10"), (99.0, "0:20")])
def test_the_utterance_spoken_at_a_moment_is_marked(position: float, marked: str) -> None:
    here = as_html(UTTERANCES, position).split('class="turn here"')
    assert len(here) == 2
    assert f">{marked}<" in here[1].split("</div>")[0]


def test_a_speaker_without_a_role_is_named_by_the_label() -> None:
    assert "Not sure who (c)" in as_html(UTTERANCES, None)


@pytest.mark.parametrize(("seconds", "written"), [(None, "–"), (0, "0:00"), (61.9, "1:01"), (3723, "1:02:03")])
def test_seconds_are_written_as_a_player_shows_them(seconds: float | None, written: str) -> None:
    assert clock(seconds) == written
