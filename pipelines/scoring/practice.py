"""Practice calls: whole conversations, every line labelled, that a rubric may name to be taught from. Reading and checking only.

A file is plain text, one line an utterance, so that an enablement lead can label a real call in any editor (rubrics/CHANGELOG.md
has the format). What is learned from them belongs to ``in_call.py``.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SPEAKERS = {"R": "rep", "C": "customer", "M": "manager"}
NEAR_MISS = "~"
KIND_LABEL = "kind="
_HEAD = re.compile(r"^# (\S+) \| (\S+)$")
_LINE = re.compile(r"^([RCM])[:?] (\S[^{}]*?)(?: \{([^{}]*)\})?$")


class PracticeError(ValueError):
    """A practice call that cannot be learned from, with file, line and reason."""


@dataclass(frozen=True)
class PracticeLine:
    """One utterance: what it shows, what it only looks like, and in a one-on-one what it is about."""

    role: str
    text: str
    shows: tuple[str, ...] = ()
    near_misses: tuple[str, ...] = ()
    kind: str | None = None


@dataclass(frozen=True)
class PracticeCall:
    """One labelled call; ``hand`` is the sub-folder it lies in: who wrote or labelled it."""

    name: str
    hand: str
    call_type: str
    lines: tuple[PracticeLine, ...]

    def content(self) -> list[object]:
        """All that is learned from, for the rubric's hash."""
        lines = [[line.role, line.text, line.shows, line.near_misses, line.kind] for line in self.lines]
        return [self.name, self.hand, self.call_type, lines]


@dataclass(frozen=True)
class Labels:
    """What may stand in braces: the roles that can show each behaviour or moment, the kinds, the types of call."""

    roles: Mapping[str, Sequence[str]]
    kinds: frozenset[str]
    call_types: frozenset[str]


def read_practice_calls(folder: Path, labels: Labels) -> tuple[PracticeCall, ...]:
    """Every ``.txt`` file in ``folder`` and its sub-folders, in order of path.

    Raises:
        PracticeError: there is none, one is not in the format, or a label is unknown or on the wrong side's line.
    """
    files = sorted(folder.rglob("*.txt"), key=lambda path: path.relative_to(folder).as_posix())
    if not files:
        raise PracticeError(f"{folder}: no practice call (a .txt file) in it")
    return tuple(_read_call(file, folder, labels) for file in files)


def _read_call(file: Path, folder: Path, labels: Labels) -> PracticeCall:
    place = file.relative_to(folder.parent).as_posix()
    try:
        first, *rest = file.read_text("utf-8").splitlines()
    except (UnicodeDecodeError, ValueError) as problem:
        raise PracticeError(f"{place}: empty, or not UTF-8 text") from problem
    head = _HEAD.match(first)
    if not head or head[1] != file.stem:
        raise PracticeError(f"{place}:1: expected `# {file.stem} | <call type>`")
    if head[2] not in labels.call_types:
        raise PracticeError(f"{place}:1: {head[2]!r} is not a call type of this rubric")
    lines = tuple(_read_line(text, f"{place}:{number}", labels) for number, text in enumerate(rest, start=2))
    if not lines:
        raise PracticeError(f"{place}: has no lines")
    return PracticeCall(file.stem, file.parent.relative_to(folder).as_posix(), head[2], lines)


def _read_line(written: str, place: str, labels: Labels) -> PracticeLine:
    found = _LINE.match(written)
    if not found:
        raise PracticeError(
            f"{place}: expected `R: text`, `C? text {{label, ~label}}` or the like, not {written[:60]!r}"
        )
    role = SPEAKERS[found[1]]
    given = [label.strip() for label in (found[3] or "").split(",") if label.strip()]
    kinds = [label.removeprefix(KIND_LABEL) for label in given if label.startswith(KIND_LABEL)]
    if len(kinds) != (1 if labels.kinds else 0) or set(kinds) - labels.kinds:
        wanted = f"one of {', '.join(sorted(labels.kinds))}" if labels.kinds else "no kind in this rubric"
        raise PracticeError(f"{place}: kind={kinds[0] if kinds else ''}: expected {wanted}")
    others = [label for label in given if not label.startswith(KIND_LABEL)]
    for label in others:
        if label.removeprefix(NEAR_MISS) not in labels.roles:
            raise PracticeError(f"{place}: {label!r} is neither a behaviour nor a moment of this rubric")
        if not label.startswith(NEAR_MISS) and role not in labels.roles[label]:
            raise PracticeError(f"{place}: {label} is not shown by the {role}")
    return PracticeLine(
        role,
        found[2],
        tuple(label for label in others if not label.startswith(NEAR_MISS)),
        tuple(label.removeprefix(NEAR_MISS) for label in others if label.startswith(NEAR_MISS)),
        kinds[0] if kinds else None,
    )
