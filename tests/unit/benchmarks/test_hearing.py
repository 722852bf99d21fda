"""The hearing benchmark hears what it says it does."""

from pathlib import Path

import pytest
import soundfile

from benchmarks.hearing_folder import rows
from benchmarks.hearing_long import long_recording
from benchmarks.hearing_sets import sample_recordings


def test_overhead_is_the_median_of_the_pairs_and_not_the_ratio_of_medians() -> None:
    bare, ours = rows([(110.0, 100.0), (240.0, 200.0), (103.0, 100.0)])
    assert bare["value"] == "100.0 s"
    assert ours["against bare faster-whisper"] == "+10.0 % (pairs +3.0 to +20.0 %)"
    assert ours["holds"] == "yes"
    assert list(rows([(116.0, 100.0)]))[1]["holds"] == "**no**"


def test_a_long_file_holds_whole_recordings_in_one_channel_and_knows_its_words(tmp_path: Path) -> None:
    recording, spoken = long_recording(tmp_path, hours=0.08)
    first, second = sample_recordings()[:2]
    assert spoken == sum(len(text.split()) for text in (*first.texts, *second.texts))
    about = soundfile.info(recording.path)
    known = sum(soundfile.info(one.path).duration for one in (first, second))
    assert about.channels == 1
    assert about.duration == pytest.approx(known, abs=0.1)  # the decoder leaves out the codec's warm-up
