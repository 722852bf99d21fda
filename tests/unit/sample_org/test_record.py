"""The recordings of the sample organisation: what lies in the folder is what the scripts and the manifest say."""

import json
from functools import cache
from pathlib import Path

import av
import numpy as np
import pytest
import yaml

from sample_org import record
from sample_org.record import RECORDINGS, SpokenLine, mix, read_scripts, truth
from sample_org.talk import APPLICABLE, EVENTS

SCRIPTS = {script["name"]: script for script in read_scripts()}
MANIFEST = {entry["name"]: entry for entry in yaml.safe_load((RECORDINGS / "manifest.yaml").read_text("utf-8"))}
NAMES = sorted(SCRIPTS)


@cache
def lines_of(name):
    return json.loads((RECORDINGS / "truth" / f"{name}.json").read_text("utf-8"))


def envelope(name, rate=1_000):
    """Loudness per channel in steps of 1/rate seconds."""
    with av.open(str(RECORDINGS / f"{name}.opus")) as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
    sound = np.concatenate(frames, axis=1)
    steps = sound.shape[1] * rate // 48_000
    return np.abs(sound[:, : steps * (48_000 // rate)]).reshape(len(sound), steps, -1).mean(axis=2)


def test_there_are_12_calls_and_4_one_on_ones_of_every_type():
    kinds = [script["call_kind"] for script in SCRIPTS.values()]
    assert kinds.count("external") == 12
    assert kinds.count("one_on_one") == 4
    external = [script for script in SCRIPTS.values() if script["call_kind"] == "external"]
    assert {script["call_type"] for script in external} == {"discovery", "demo", "negotiation"}
    assert [script["layout"] for script in external].count("stereo") == 8
    # The rep is not always on the same channel: telling them apart by number must not work.
    assert {script["speakers"]["rep"]["channel"] for script in external if script["layout"] == "stereo"} == {0, 1}


def test_at_least_8_voices_are_heard_and_nobody_talks_to_themselves():
    voices = [[person["voice"] for person in script["speakers"].values()] for script in SCRIPTS.values()]
    assert len({voice for pair in voices for voice in pair}) >= 8
    assert all(len(set(pair)) == 2 for pair in voices)


@pytest.mark.parametrize("name", NAMES)
def test_expectations_use_the_words_of_the_rubric(name):
    expect = SCRIPTS[name]["expect"]
    if SCRIPTS[name]["call_kind"] == "one_on_one":
        assert set(expect) == {"session_label", "is_action_agreed"}
        return
    assert set(expect["met"]) | set(expect["not_met"]) <= set(APPLICABLE)
    assert set(expect["met"]).isdisjoint(expect["not_met"])
    assert set(expect.get("events", [])) <= set(EVENTS)


def test_manifest_scripts_audio_and_truth_name_the_same_recordings():
    assert sorted(MANIFEST) == NAMES
    assert sorted(path.stem for path in RECORDINGS.glob("*.opus")) == NAMES
    assert sorted(path.stem for path in (RECORDINGS / "truth").glob("*.json")) == NAMES


def test_all_recordings_are_small_and_short_enough_for_the_demo():
    assert sum(path.stat().st_size for path in RECORDINGS.glob("*.opus")) < 15_000_000
    assert sum(entry["duration_seconds"] for entry in MANIFEST.values()) <= 42 * 60


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_is_a_short_excerpt_of_a_longer_session(name):
    entry = MANIFEST[name]
    assert 110 <= entry["duration_seconds"] <= 240
    assert entry["is_excerpt"]
    assert entry["session_seconds"] > 4 * entry["duration_seconds"]
    assert lines_of(name)[-1]["end_seconds"] <= entry["duration_seconds"]


@pytest.mark.parametrize("name", NAMES)
def test_what_was_said_is_the_script(name):
    script = SCRIPTS[name]
    scripted = [(key, line[key]) for line in script["lines"] for key in script["speakers"] if key in line]
    assert [(line["speaker"], line["text"]) for line in lines_of(name)] == scripted


@pytest.mark.parametrize("name", [name for name in NAMES if SCRIPTS[name]["layout"] == "stereo"])
def test_each_speaker_is_heard_on_their_own_channel_at_their_times(name):
    loudness = envelope(name)
    assert len(loudness) == 2
    alone = [line for line in lines_of(name) if line["end_seconds"] - line["start_seconds"] > 2]
    for line in alone:
        span = slice(int(line["start_seconds"] * 1_000), int(line["end_seconds"] * 1_000))
        own, other = loudness[line["channel"], span].mean(), loudness[1 - line["channel"], span].mean()
        # A back-channel may fall into a line, so the other side is quieter, not silent.
        assert own > 3 * other
    assert {MANIFEST[name]["speakers"][line["speaker"]]["channel"] == line["channel"] for line in alone} == {True}


def test_mono_recordings_have_one_channel_and_name_none():
    for name, entry in MANIFEST.items():
        if entry["layout"] == "mono":
            assert len(envelope(name)) == 1
            assert {person["channel"] for person in entry["speakers"].values()} == {None}


def test_one_rep_talks_about_70_percent_and_never_asks_about_money():
    seconds = {"rep": 0.0, "customer": 0.0}
    for line in lines_of("discovery_kestrel_bakeries"):
        seconds[line["speaker"]] += line["end_seconds"] - line["start_seconds"]
    assert 0.66 <= seconds["rep"] / sum(seconds.values()) <= 0.78
    assert "asks_budget" in SCRIPTS["discovery_kestrel_bakeries"]["expect"]["not_met"]


def test_some_speech_overlaps():
    overlapping = [
        name
        for name in NAMES
        if any(
            later["start_seconds"] < earlier["end_seconds"]
            for earlier, later in zip(lines_of(name), lines_of(name)[1:], strict=False)
        )
    ]
    assert len(overlapping) >= 4


def spoken_line(speaker, channel, start_seconds, seconds=1.0, level=0.5):
    samples = np.full(int(seconds * record.SAMPLE_RATE), level, np.float32)
    return SpokenLine(speaker, "Hello.", channel, start_seconds, samples)


def test_mixing_puts_speakers_on_their_channels_and_adds_overlaps_up():
    lines = [spoken_line("rep", 0, 0.0), spoken_line("customer", 1, 0.5)]
    stereo = mix({"name": "x", "layout": "stereo"}, lines)
    at = int(0.75 * record.SAMPLE_RATE)
    assert stereo[:, at] == pytest.approx([0.45, 0.45])
    assert stereo[:, 0] == pytest.approx([0.45, 0.0])
    mono = mix({"name": "x", "layout": "mono"}, [spoken_line("rep", 0, 0.0), spoken_line("customer", 0, 0.5)])
    assert mono[:, at] == pytest.approx([0.9])


def test_noise_is_the_same_each_time():
    script = {"name": "x", "layout": "mono", "noise_db": -40}
    lines = [spoken_line("rep", 0, 0.0, level=0.0)]
    first, second = mix(script, lines), mix(script, lines)
    assert np.array_equal(first, second)
    assert first.std() == pytest.approx(0.9 * 0.01, rel=0.05)  # -40 dB, then the headroom of .9


def test_an_encoded_file_has_the_length_and_channels_of_its_sound(tmp_path: Path):
    tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(96_000) / 48_000)
    record.encode(np.stack([tone, tone * 0.1]).astype(np.float32), tmp_path / "tone.opus", 32_000)
    with av.open(str(tmp_path / "tone.opus")) as container:
        sound = np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)
    assert sound.shape[0] == 2
    assert sound.shape[1] / 48_000 == pytest.approx(2.0, abs=0.05)  # Opus pads to whole frames of 20 ms
    assert np.abs(sound[0]).mean() / np.abs(sound[1]).mean() == pytest.approx(10, rel=0.1)  # lossy


def test_truth_tells_who_spoke_when_on_which_channel():
    assert truth([spoken_line("rep", 1, 0.25, seconds=1.5)]) == [
        {"start_seconds": 0.25, "end_seconds": 1.75, "speaker": "rep", "channel": 1, "text": "Hello."}
    ]
