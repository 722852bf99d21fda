"""Rubric files: what good looks like, in words and examples, checked on loading. No scoring happens here.

A published version is immutable: ``published.lock`` beside the files keeps its content hash, and an edited one is refused.
"""

import hashlib
import json
import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, model_validator

from pipelines.scoring.practice import Labels, PracticeCall, PracticeError, read_practice_calls
from pipelines.scoring.text import CUE_MACROS

LOCK_FILE = "published.lock"
FEWEST_MET = 3  # a rubric may start small; the check says what more would buy
Role = Literal["rep", "customer", "manager"]


class RubricError(ValueError):
    """A rubric file that cannot be used, with a reason its author can act on."""


def _text(value: str) -> str:
    if not value.strip():
        raise ValueError("an example is empty")
    return " ".join(value.split())


def cue_pattern(cue: str) -> re.Pattern[str]:
    """A cue as a compiled pattern over normalised text (``{money}``, ``{weekday}``, ``{number}``, ``{competitor}`` filled in)."""
    for macro, pattern in CUE_MACROS.items():
        cue = cue.replace(macro, pattern)
    return re.compile(cue)


def _cue(value: str) -> str:
    try:
        cue_pattern(value)
    except re.error as problem:
        raise ValueError(f"cue {value!r} is not a valid pattern: {problem}") from problem
    return value


Example = Annotated[str, AfterValidator(_text)]
Cue = Annotated[str, AfterValidator(_cue)]
FolderName = Annotated[str, Field(pattern=r"^[a-z0-9_.]+$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Applies(_Part):
    """When a behaviour could have been shown: on calls of these types, or after a moment was found."""

    call_types: tuple[str, ...] = ()
    moment: str | None = None

    @model_validator(mode="after")
    def one_of_both(self) -> Self:
        if bool(self.call_types) == bool(self.moment):
            raise ValueError("`applies` needs either call_types or moment")
        return self


class Where(_Part):
    """Where in the call the behaviour counts. Shares are of the utterances, turns are the speaker's own."""

    until_share: float | None = Field(None, gt=0, le=1)
    or_first_seconds: float | None = Field(None, gt=0)
    from_share: float | None = Field(None, ge=0, lt=1)
    after_moment: str | None = None
    around_moment: str | None = None
    within_turns: int = Field(2, ge=1)


class _Detector(_Part):
    """Something that can be recognised in one utterance, learned from examples."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    description: str
    overlaps: tuple[str, ...] = Field(
        (), description="Ids whose examples may also be this, so are no counter-examples."
    )
    cues: tuple[Cue, ...] = ()
    yields_to: tuple[str, ...] = Field(
        (), description="Ids that an utterance shows instead of this where they are likelier."
    )
    met: tuple[Example, ...] = Field(min_length=FEWEST_MET)
    not_met: tuple[Example, ...] = ()
    near_miss: tuple[Example, ...] = ()

    @property
    def counter_examples(self) -> tuple[str, ...]:
        return self.not_met + self.near_miss

    @model_validator(mode="after")
    def no_example_twice(self) -> Self:
        twice = set(self.met) & set(self.counter_examples)
        if twice:
            raise ValueError(f"{self.id}: {sorted(twice)[0]!r} is an example of both met and not met")
        return self


class Moment(_Detector):
    """A point in the call worth going to; also what triggers some behaviours."""

    said_by: tuple[Role, ...]
    why: str
    is_moment: bool = Field(True, description="False: only used as a trigger, not shown.")
    seldom_answers: bool = Field(
        False, description="Rarely the answer to a question of the other side, where it takes more to be believed."
    )
    seldom_before: str | None = Field(
        None,
        description="Id of a moment that usually comes first in the call; before it, it takes more to be believed.",
    )


class Behaviour(_Detector):
    """One line of the rubric."""

    said_by: Literal["rep", "manager", "either"]
    weight: float = Field(1.0, ge=0)
    target: float | None = Field(None, ge=0, le=1, description="Hit rate the team aims at.")
    applies: Applies
    where: Where = Where()
    needs_question: bool = False
    needs_check: bool = Field(False, description="The speaker must ask for confirmation in the same turn.")
    needs_date: bool = Field(False, description="A day, date or deadline must be said in the same turn.")
    needs_kind: tuple[str, ...] = Field((), description="One-on-ones: the utterance must be of one of these kinds.")
    feedback: str = Field(description="What to try next time, for the rep or manager.")

    @property
    def roles(self) -> tuple[str, ...]:
        return ("rep", "manager") if self.said_by == "either" else (self.said_by,)


class Kind(_Part):
    """What an utterance of a one-on-one is about."""

    id: str
    counts_as: Literal["coaching", "inspection", "other"]
    description: str
    examples: tuple[Example, ...] = Field(min_length=FEWEST_MET)


class Rubric(_Part):
    """A rubric file."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    version: int = Field(ge=1)
    title: str
    call_kind: Literal["external", "one_on_one"]
    call_types: tuple[str, ...] = Field(min_length=1)
    met_at: float = Field(0.5, gt=0, lt=1)
    abstain_within: float = Field(0.0, ge=0, lt=0.5)
    background: dict[Role, tuple[Example, ...]] = {}
    moments: tuple[Moment, ...] = ()
    behaviours: tuple[Behaviour, ...] = Field(min_length=1)
    kinds: tuple[Kind, ...] = ()
    practice_calls: FolderName | tuple[FolderName, ...] | None = Field(
        None,
        description="Folder beside this file with labelled calls to learn from, or several: .txt files, one line an utterance, "
        "in a sub-folder for each person who labelled them. Format: rubrics/CHANGELOG.md.",
    )
    _practice: tuple[PracticeCall, ...] = PrivateAttr(())

    @property
    def practice(self) -> tuple[PracticeCall, ...]:
        """The practice calls, as ``load_rubric`` read them."""
        return self._practice

    def with_practice(self, calls: tuple[PracticeCall, ...]) -> Self:
        """The same rubric taught with ``calls``."""
        taught = self.model_copy()
        taught._practice = calls
        return taught

    @property
    def detectors(self) -> tuple[Moment | Behaviour, ...]:
        return (*self.moments, *self.behaviours)

    def content_hash(self) -> str:
        """Hash of what is written in the file and its practice calls (not of comments, layout or what a later version of this code defaults to)."""
        written = self.model_dump(mode="json", exclude_unset=True)
        if self._practice:
            written["practice_calls"] = [call.content() for call in self._practice]
        content = json.dumps(written, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()

    @model_validator(mode="after")
    def references_exist(self) -> Self:
        ids = [detector.id for detector in self.detectors]
        twice = {one for one in ids if ids.count(one) > 1}
        if twice:
            raise ValueError(f"id {sorted(twice)[0]} is used twice")
        moments = {one.id for one in self.moments}
        for behaviour in self.behaviours:
            referred = (behaviour.applies.moment, behaviour.where.after_moment, behaviour.where.around_moment)
            used = {moment for moment in referred if moment is not None}
            if used - moments:
                raise ValueError(
                    f"{behaviour.id} refers to the moment {sorted(used - moments)[0]!r}, which is not defined"
                )
            unknown_kinds = set(behaviour.needs_kind) - {kind.id for kind in self.kinds}
            if unknown_kinds:
                raise ValueError(f"{behaviour.id} needs the kind {sorted(unknown_kinds)[0]!r}, which is not defined")
            if set(behaviour.applies.call_types) - set(self.call_types):
                raise ValueError(f"{behaviour.id} applies to a call type that the rubric does not list")
        for moment in self.moments:
            if moment.seldom_before is not None and moment.seldom_before not in moments:
                raise ValueError(f"{moment.id} refers to the moment {moment.seldom_before!r}, which is not defined")
        for detector in self.detectors:
            if set(detector.yields_to) - set(ids):
                unknown = sorted(set(detector.yields_to) - set(ids))[0]
                raise ValueError(f"{detector.id} yields to {unknown!r}, which is not defined")
        known = {*ids, *(kind.id for kind in self.kinds)}
        for detector in self.detectors:
            if set(detector.overlaps) - known:
                unknown = sorted(set(detector.overlaps) - known)[0]
                raise ValueError(f"{detector.id} overlaps {unknown!r}, which is not defined")
        return self


def load_rubric(path: Path, check_lock: bool = True) -> Rubric:
    """Read and check a rubric file.

    Raises:
        RubricError: it cannot be read, is not valid, or is a published version that was changed.
    """
    try:
        content: Any = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)  # a tenth of the time
        rubric = Rubric.model_validate(content)
    except FileNotFoundError as problem:
        raise RubricError(f"{path}: no such file") from problem
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        raise RubricError(f"{path}: not readable as YAML: {problem}") from problem
    except ValidationError as problem:
        raise RubricError(f"{path}: {_first_problem(problem)}") from problem
    if rubric.practice_calls:
        rubric = rubric.with_practice(_practice_of(path, rubric))
    if check_lock:
        _refuse_changed(path, rubric)
    return rubric


def _practice_of(path: Path, rubric: Rubric) -> tuple[PracticeCall, ...]:
    roles = {one.id: one.roles if isinstance(one, Behaviour) else one.said_by for one in rubric.detectors}
    labels = Labels(roles, frozenset(kind.id for kind in rubric.kinds), frozenset(rubric.call_types))
    named = rubric.practice_calls or ()
    folders = (named,) if isinstance(named, str) else named
    try:
        calls = tuple(call for folder in folders for call in read_practice_calls(path.with_name(folder), labels))
    except PracticeError as problem:
        raise RubricError(str(problem)) from problem
    names = [f"{call.hand}/{call.name}" for call in calls]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise RubricError(f"{path}: practice call {twice[0]} is there twice")
    return calls


def _first_problem(problem: ValidationError) -> str:
    first = problem.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    more = f" (and {problem.error_count() - 1} more)" if problem.error_count() > 1 else ""
    return f"{place}: {first['msg']}{more}" if place else f"{first['msg']}{more}"


def _refuse_changed(path: Path, rubric: Rubric) -> None:
    published = published_hashes(path.parent).get(f"{rubric.id}.v{rubric.version}")
    if published and published != rubric.content_hash():
        raise RubricError(
            f"{path}: version {rubric.version} is published and was changed; "
            f"make v{rubric.version + 1} instead (copy the file, raise `version`)"
        )


def published_hashes(folder: Path) -> dict[str, str]:
    """``<id>.v<version>`` → content hash, of the lock file in ``folder``."""
    lock = folder / LOCK_FILE
    if not lock.is_file():
        return {}
    lines = (line.split("#")[0].split() for line in lock.read_text("utf-8").splitlines())
    return {parts[0]: parts[1] for parts in lines if len(parts) == 2}


def previous_version(path: Path, rubric: Rubric) -> Path | None:
    """File of the version before, ``<id>.v<version - 1>.yaml`` beside ``path``; None for a first version."""
    found = path.with_name(f"{rubric.id}.v{rubric.version - 1}.yaml")
    return found if found.is_file() else None


def publish_rubric(path: Path) -> str:
    """Fix a version by adding its hash to the lock file; returns the hash. Publishing the same content again changes nothing.

    Raises:
        RubricError: the version is published with other content.
    """
    rubric = load_rubric(path)
    name, content_hash = f"{rubric.id}.v{rubric.version}", rubric.content_hash()
    if name not in published_hashes(path.parent):
        with (path.parent / LOCK_FILE).open("a", encoding="utf-8") as lock:
            lock.write(f"{name} {content_hash}\n")
    return content_hash


def rubric_schema() -> dict[str, Any]:
    """JSON Schema of a rubric file."""
    return Rubric.model_json_schema()
