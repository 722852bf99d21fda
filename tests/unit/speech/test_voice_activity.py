"""Cutting silence out and putting times back."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.speech.audio import SAMPLE_RATE
from pipelines.speech.voice_activity import FRAME, Region, SpeechClock, joined_speech, tight_regions, wide_regions

probabilities = st.lists(st.sampled_from([0.0, 0.2, 0.4, 0.6, 1.0]), min_size=1, max_size=300).map(
    lambda values: np.repeat(np.array(values, dtype=np.float32), 8)
)


@settings(deadline=None)
@given(probabilities)
def test_regions_lie_in_the_sound_in_order_and_apart(probability: np.ndarray) -> None:
    count = len(probability) * FRAME
    for regions in (wide_regions(probability, count), tight_regions(probability, count)):
        edges = [edge for region in regions for edge in (region.start, region.end)]
        assert edges == sorted(edges)
        assert all(0 <= edge <= count for edge in edges)
        assert all(region.end > region.start for region in regions)


def test_the_clock_gives_back_the_time_of_every_sample_of_speech() -> None:
    samples = np.arange(10 * SAMPLE_RATE, dtype=np.float32)
    regions = [Region(SAMPLE_RATE, 2 * SAMPLE_RATE), Region(5 * SAMPLE_RATE, 8 * SAMPLE_RATE)]
    joined = joined_speech(samples, regions)
    clock = SpeechClock(regions)
    for at in (0.25, 0.9, 1.1, 3.9):
        start, end = clock.original(at, at + 0.05)
        assert start * SAMPLE_RATE == joined[int(at * SAMPLE_RATE)]
        assert end > start


def test_a_word_over_a_cut_stays_on_the_side_of_its_middle() -> None:
    clock = SpeechClock([Region(0, SAMPLE_RATE), Region(9 * SAMPLE_RATE, 10 * SAMPLE_RATE)])
    assert clock.original(0.5, 1.2) == (0.5, 1.0)
    assert clock.original(0.9, 1.8) == (9.0, 9.8)
