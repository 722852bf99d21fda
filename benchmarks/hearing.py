"""How well and how dearly calls are heard, beside the recognisers that others run: `python -m benchmarks.hearing`.

On the 16 sample recordings, and with ``--audio DIR`` on real ones (SOURCES.md there says whose they are). Every system runs on the
same files in one run, each in a process of its own; processor seconds, not wall time, because a machine is rarely idle.
``--whisperx PYTHON``: the interpreter of an environment with whisperX, which asks for another torch than ours.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faster_whisper import decode_audio

from benchmarks.hearing_measures import Diarization, diarization, true_speaker, word_errors, words_outside
from benchmarks.hearing_sets import (
    TWO_VOICES,
    Line,
    Recording,
    one_sided,
    real_recordings,
    sample_recordings,
    written,
)
from benchmarks.hearing_systems import SYSTEMS
from benchmarks.report import RESULTS, write
from pipelines.speech.models import resolve
from pipelines.speech.recordings import roles_of
from pipelines.speech.roles import SURE, Participant, Role
from pipelines.speech.transcript import Transcript, from_json

MODEL = "tiny.en"
OURS, BARE, BATCHED, OPENAI, WHISPERX = SYSTEMS
ROOT = Path(__file__).parents[1]
FOLDER_CALLS = 20
Rows = list[dict[str, object]]


@dataclass(frozen=True)
class Heard:
    """What one system made of the recordings, in their order."""

    files: list[dict[str, Any]]
    peak_megabytes: float


def heard_by(system: str, recordings: Sequence[Recording], work: Path, python: str = sys.executable) -> Heard:
    """Run a system over ``recordings`` in a process of its own."""
    jobs, out = work / "jobs.json", work / "heard.json"
    listed = [
        {"path": str(one.path), "is_split": one.is_split, "speaker_count": one.speaker_count} for one in recordings
    ]
    model = MODEL if system == OURS else str(resolve(MODEL).path)
    jobs.write_text(json.dumps({"model": model, "recordings": listed}), encoding="utf-8")
    command = [python, "-W", "ignore", "-m", "benchmarks.hearing_systems", system, str(jobs), str(out)]
    subprocess.run(command, check=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})
    return Heard(**json.loads(out.read_text("utf-8")))


# --- words and cost ---------------------------------------------------------------------------------------------------


def word_rows(recordings: Sequence[Recording], heard: dict[str, Heard]) -> Iterator[dict[str, object]]:
    """WER by system and kind of audio, with how far it may lie above bare faster-whisper's."""
    limits = {OURS: 0.5, BATCHED: 1.5}
    for kind in dict.fromkeys(one.kind for one in recordings if one.texts):
        rates = {name: _word_error_rate(recordings, found, kind) for name, found in heard.items()}
        for name, (rate, count) in rates.items():
            must = limits.get(name)
            above = rate - rates[BARE][0]
            yield {
                "what": f"WER, {kind} ({count} words)",
                "system": name,
                "value": f"{rate:.2f} %",
                "against bare faster-whisper": f"{above:+.2f} points",
                "must hold": f"<= +{must}" if must else "—",
                "holds": _yes(above <= must) if must else "—",
            }


def _word_error_rate(recordings: Sequence[Recording], found: Heard, kind: str) -> tuple[float, int]:
    chosen = [(r, f) for r, f in zip(recordings, found.files, strict=True) if r.kind == kind and r.texts]
    references = [text for recording, _ in chosen for text in recording.texts]
    wrong, spoken = word_errors(references, [text for _, file in chosen for text in file["texts"]])
    return 100 * wrong / spoken, spoken


def cost_rows(recordings: Sequence[Recording], heard: dict[str, Heard]) -> Iterator[dict[str, object]]:
    """Processor seconds for a second of audio, and peak memory."""
    seconds = sum(file["transcript"]["duration_seconds"] for file in heard[OURS].files)
    spent = {name: sum(file["cpu_seconds"] for file in found.files) / seconds for name, found in heard.items()}
    for name, each in spent.items():
        yield {
            "what": f"cpu seconds per audio second ({seconds / 60:.0f} min of recordings)",
            "system": name,
            "value": f"{each:.3f}",
            "against bare faster-whisper": f"x {each / spent[BARE]:.2f}",
            "must hold": f"<= 1/1.5 of {OPENAI}" if name == OURS else "—",
            "holds": _yes(spent[OPENAI] / each >= 1.5) if name == OURS else "—",
        }
    for name, found in heard.items():
        megabytes = found.peak_megabytes
        ratio = megabytes / heard[BARE].peak_megabytes
        yield row("peak memory", name, f"{megabytes:.0f} MB", f"x {ratio:.2f}")


def folder_rows(work: Path) -> Iterator[dict[str, object]]:
    """The whole command over a folder of 20 calls against a script with bare faster-whisper, start-up and models included.

    Both hear one file after the other with one thread: two at once share what a core has, which costs processor seconds of
    either and would be counted as overhead of the one that does it.
    """
    calls = _folder(work)
    with tempfile.TemporaryDirectory() as data:
        env = os.environ | {"SIDELINE_DATA_DIR": data, "SIDELINE_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}
        before = _children()
        command = [str(Path(sys.executable).with_name("sideline")), "transcribe", *(str(one.path) for one in calls)]
        subprocess.run([*command, "-o", f"{data}/out.jsonl"], check=True, cwd=ROOT, env=env)
        ours = _children() - before
    before = _children()
    heard_by(BARE, calls, work)
    theirs = _children() - before
    over = ours / theirs - 1
    what = f"cpu seconds of a folder of {FOLDER_CALLS} calls, everything included"
    yield row(what, BARE, f"{theirs:.1f} s")
    yield row(what, OURS, f"{ours:.1f} s", f"{100 * over:+.1f} %", "<= +15 %", over <= 0.15)


def _folder(work: Path) -> list[Recording]:
    """The 16 sample recordings, and four of them again as WAV with a second of silence, so that they are other files."""
    samples = sample_recordings()
    more = [
        Recording(one.name, one.kind, written(work / f"{one.name}.wav", *sides), one.texts, one.lines)
        for one in samples[: FOLDER_CALLS - len(samples)]
        for sides in [
            decode_audio(str(one.path), split_stereo=True) if one.is_split else (decode_audio(str(one.path)),)
        ]
    ]
    return [*samples, *more]


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


# --- speakers and roles -----------------------------------------------------------------------------------------------


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
        yield row(what, OURS, f"{of_all.confusion:.3f}", must="<= .05", holds=of_all.confusion <= 0.05)


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


# --- all of it --------------------------------------------------------------------------------------------------------


def row(
    what: str, system: str, value: str, against: str = "—", must: str = "—", holds: bool | None = None
) -> dict[str, object]:
    return {
        "what": what,
        "system": system,
        "value": value,
        "against bare faster-whisper": against,
        "must hold": must,
        "holds": _yes(holds) if holds is not None else "—",
    }


def _yes(holds: bool) -> str:
    return "yes" if holds else "**no**"


def measure(audio: Path | None, whisperx: str | None, work: Path) -> Rows:
    """Every figure."""
    samples = sample_recordings()
    recordings = [*samples, *(real_recordings(audio, work) if audio else [])]
    written_down = [one for one in recordings if one.kind != TWO_VOICES]
    systems = {name: sys.executable for name in SYSTEMS if name != WHISPERX} | (
        {WHISPERX: whisperx} if whisperx else {}
    )
    heard = {name: heard_by(name, written_down, work, python) for name, python in systems.items()}
    lonely = one_sided(samples, work)
    voices = [one for one in recordings if one.kind == TWO_VOICES]
    more = heard_by(OURS, [*voices, *lonely], work).files
    of_all = Heard([*heard[OURS].files, *more[: len(voices)]], heard[OURS].peak_megabytes)
    return [
        *word_rows(written_down, heard),
        *cost_rows(written_down, heard),
        *folder_rows(work),
        *speaker_rows([*written_down, *voices], of_all),
        *role_rows(samples, Heard(of_all.files[: len(samples)], 0.0)),
        one_sided_row(lonely, Heard(more[len(voices) :], 0.0)),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hearing")
    parser.add_argument(
        "--audio", type=Path, help="folder of real recordings laid out as benchmarks/hearing_sets.py reads it"
    )
    parser.add_argument("--whisperx", metavar="PYTHON", help="interpreter of an environment that has whisperX")
    parser.add_argument("--out", type=Path, default=RESULTS / "hearing.md")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        write(measure(given.audio, given.whisperx, Path(work)), given.out)


if __name__ == "__main__":
    main()
