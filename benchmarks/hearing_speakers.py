"""Who speaks when, and who is who: `python -m benchmarks.hearing_speakers`, on real recordings too with ``--audio DIR``.

Words in their own channel's turns, diarization error of mixed channels, roles. Only the line's own hearing: recognisers do not
tell speakers.
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.hearing import OURS, Heard, heard_by, row
from benchmarks.hearing_measures import Diarization, diarization, true_speaker, words_outside
from benchmarks.hearing_sets import Line, Recording, one_sided, real_recordings, sample_recordings
from benchmarks.report import RESULTS, write
from pipelines.speech.recordings import roles_of
from pipelines.speech.roles import SURE, Participant, Role
from pipelines.speech.transcript import Transcript, from_json

MOST_CONFUSION = 0.05


def speaker_rows(recordings: Sequence[Recording], ours: Heard) -> Iterator[dict[str, object]]:
    """Who speaks when: words in their own channel's turns, and the diarization error of mixed recordings."""
    pairs = [(r, from_json(f["transcript"])) for r, f in zip(recordings, ours.files, strict=True) if r.lines]
    split = [(recording, words(transcript)) for recording, transcript in pairs if recording.is_split]
    count = sum(len(said) for _, said in split)
    lost = sum(words_outside(recording.lines, said) for recording, said in split)
    what = f"two channels: words outside their channel's turns ({len(split)} files, {count} words)"
    yield row(what, OURS, str(lost), must="0", holds=lost == 0)
    for kind in dict.fromkeys(recording.kind for recording, _ in pairs):
        found = [diarization(r.lines, turns(t)) for r, t in pairs if r.kind == kind and not r.is_split]
        if not found:
            continue
        of_all = Diarization(*(sum(getattr(one, name) for one in found) for name in Diarization.__annotations__))
        worst = max(one.confusion for one in found)
        yield row(f"mixed: DER, {kind} ({len(found)} files)", OURS, f"{of_all.rate:.3f}")
        what = f"mixed: speakers confused, {kind} (worst file {worst:.3f})"
        yield row(what, OURS, f"{of_all.confusion:.3f}", must="<= .05", holds=worst <= MOST_CONFUSION)


def words(transcript: Transcript) -> list[Line]:
    return [
        Line(w.start_seconds, w.end_seconds, u.channel, u.speaker, w.text)
        for u in transcript.utterances
        for w in u.words
    ]


def turns(transcript: Transcript) -> list[Line]:
    return [Line(u.start_seconds, u.end_seconds, u.channel, u.speaker) for u in transcript.utterances]


def role_rows(samples: Sequence[Recording], ours: Heard) -> Iterator[dict[str, object]]:
    """Share of speakers with the right role, with the participants known and with nobody known."""
    for name, is_known in (("participants known", True), ("nobody known", False)):
        said = [one for r, f in zip(samples, ours.files, strict=True) for one in judged(r, f["transcript"], is_known)]
        right = sum(role.role == truth for role, truth in said)
        sure = [(role.role == truth) for role, truth in said if role.confidence >= SURE]
        must = ">= .95" if is_known else "—"
        what = f"roles of the sample org right, {name} ({len(said)} speakers)"
        yield row(
            what, OURS, f"{right / len(said):.3f}", must=must, holds=right / len(said) >= 0.95 if is_known else None
        )
        what = f"roles told surely (confidence >= {SURE}) and wrongly, {name}"
        yield row(what, OURS, f"{len(sure) - sum(sure)} of {len(sure)}")


def one_sided_row(recordings: Sequence[Recording], ours: Heard) -> dict[str, object]:
    """Silence and calls of which one side is missing: nobody's role may be told surely and wrongly."""
    wrong = [
        role
        for r, f in zip(recordings, ours.files, strict=True)
        for is_known in (True, False)
        for role, truth in judged(r, f["transcript"], is_known)
        if role.confidence >= SURE and role.role != truth
    ]
    what = f"silence and one-sided calls: roles told surely and wrongly ({len(recordings)} files, twice)"
    return row(what, OURS, str(len(wrong)), must="0", holds=not wrong)


def judged(recording: Recording, data: dict[str, Any], is_known: bool) -> list[tuple[Role, str]]:
    """Role of each speaker found, and who it really is ("nobody" in silence)."""
    transcript = from_json(data)
    people = [
        Participant(name=str(about["first_name"]), role=role, channel=about["channel"])  # type: ignore[arg-type]
        for role, about in recording.roles.items()
    ]
    roles = roles_of(transcript, people if is_known else [], recording.call_kind, frozenset(), {})
    spoken = {name: [turn for turn in turns(transcript) if turn.speaker == name] for name in roles}
    return [
        (role, true_speaker(recording.lines, spoken[name]) if recording.lines else "nobody")
        for name, role in roles.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hearing_speakers")
    parser.add_argument(
        "--audio", type=Path, help="folder of real recordings laid out as benchmarks/hearing_sets.py reads it"
    )
    parser.add_argument("--out", type=Path, default=RESULTS / "hearing_speakers.md")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        samples = sample_recordings()
        real = [one for one in real_recordings(given.audio, work) if one.lines] if given.audio else []
        lonely = one_sided(samples, work)
        files = heard_by(OURS, [*samples, *real, *lonely], work).files
    of_samples, of_lonely = Heard(files[: len(samples)], 0.0), Heard(files[len(samples) + len(real) :], 0.0)
    spoken = Heard(files[: len(samples) + len(real)], 0.0)
    write(
        [
            *speaker_rows([*samples, *real], spoken),
            *role_rows(samples, of_samples),
            one_sided_row(lonely, of_lonely),
        ],
        given.out,
    )


if __name__ == "__main__":
    main()
