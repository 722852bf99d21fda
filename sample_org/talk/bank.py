"""Text banks: reading them, and turning a passage into spoken lines. No order of conversation in here.

A bank is a text file of sections (``= name``, optionally followed by the call types it is fit for) that hold passages
parted by blank lines. A passage is a short exchange of one or more lines::

    C: We lose track of [orders|jobs] about {n} times a week.
    R*: What happens on a day like that?

``R`` is the rep, ``C`` the customer, ``M`` the manager; ``*`` marks the line that shows the section's behaviour.
``[a|b]`` is a choice of words, ``{slot}`` a name, number, amount, weekday or hour, the same throughout a passage, and
``@pool`` a passage's line drawn from the section ``pool`` of ``pools.txt``. Lines that begin with ``#`` are notes.
"""

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

BANKS = Path(__file__).parent / "banks"
ROLES = {"R": "rep", "C": "customer", "M": "manager"}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_LINE = re.compile(r"(?P<role>[RCM])(?P<star>\*?): (?P<text>\S.*)")


@dataclass(frozen=True)
class CallNames:
    """Names and sums that fill the slots of one conversation; people by first name."""

    rep: str
    customer: str
    company: str
    manager: str
    competitor: str
    product: str
    amount: str


@dataclass(frozen=True)
class Line:
    """One utterance. ``kind`` is the behaviour it shows or its 1:1 kind, and only an answer key."""

    role: str
    text: str
    kind: str | None


@dataclass(frozen=True)
class RawLine:
    """A line as the bank has it, before choices and slots are filled."""

    role: str
    text: str
    is_marked: bool


Passage = tuple[RawLine, ...]


@dataclass(frozen=True)
class Section:
    """Passages under one heading; ``call_types`` is empty when they are fit for every type."""

    name: str
    call_types: frozenset[str]
    passages: tuple[Passage, ...]


@cache
def sections(bank_name: str) -> tuple[Section, ...]:
    """All sections of one bank file, for example ``external/asks_budget``. A malformed line is an error."""
    text = (BANKS / f"{bank_name}.txt").read_text(encoding="utf-8")
    return tuple(_section(block) for block in re.split(r"(?m)^= ", text)[1:])


@cache
def passages(bank_name: str, section_name: str, call_type: str | None = None) -> tuple[Passage, ...]:
    """Passages of the sections called ``section_name`` that are fit for ``call_type`` (None: of all of them)."""
    return tuple(
        passage
        for section in sections(bank_name)
        if section.name == section_name
        and (call_type is None or not section.call_types or call_type in section.call_types)
        for passage in section.passages
    )


def spoken(rng: random.Random, passage: Passage, names: CallNames, kind: str | None, *, all_lines: bool) -> list[Line]:
    """The passage as lines; marked lines (or all of them) carry ``kind``."""
    values = slot_values(rng, names) if any("{" in raw.text for raw in passage) else {}
    return [
        Line(raw.role, fill(rng, raw.text, values), kind if all_lines or raw.is_marked else None) for raw in passage
    ]


def slot_values(rng: random.Random, names: CallNames) -> dict[str, str]:
    """One value per slot: names as given, numbers as digits, so that masking them leaves the bank's sentence."""
    return vars(names) | {
        "n": str(rng.randint(2, 9)),
        "tens": str(rng.randint(11, 60)),
        "count": str(rng.randrange(100, 950, 10)),
        "pct": str(rng.randrange(10, 45, 5)),
        "hour": str(rng.randint(9, 16) % 12 or 12),
        "date": f"{rng.randint(4, 28)}th",
        "money": f"${rng.randrange(6, 95)},000",
        "day": rng.choice(WEEKDAYS),
    }


def fill(rng: random.Random, text: str, values: Mapping[str, str]) -> str:
    """Draw pools and choices, then fill slots. An unknown slot raises ``KeyError``."""
    if text.startswith("@"):
        text = rng.choice(passages("pools", text[1:]))[0].text
    if "[" in text:
        text = _sentence(_CHOICE.sub(lambda match: rng.choice(match[1].split("|")), text))
    return text.format_map(values) if "{" in text else text


def templates(text: str) -> Iterator[str]:
    """Every way a line can be worded, slots left as they are: what embedding the bank costs."""
    if text.startswith("@"):
        for passage in passages("pools", text[1:]):
            yield from templates(passage[0].text)
        return
    parts = _CHOICE.split(text)
    options = [part.split("|") if index % 2 else [part] for index, part in enumerate(parts)]
    yield from (_sentence("".join(words)) for words in product(*options))


def _sentence(text: str) -> str:
    """Tidy up after an empty choice: single spaces, a capital at the start of each sentence."""
    tidy = re.sub(r"\s+", " ", text).strip()
    return re.sub(r"(^|[.?!] )([a-z])", lambda match: match[1] + match[2].upper(), tidy)


def _section(block: str) -> Section:
    heading, _, body = block.partition("\n")
    name, *call_types = heading.split()
    lines = "\n".join(line for line in body.splitlines() if not line.startswith("#"))
    blocks = (block for block in re.split(r"\n\s*\n", lines) if block.strip())
    return Section(name, frozenset(call_types), tuple(_passage(block) for block in blocks))


def _passage(block: str) -> Passage:
    return tuple(_raw_line(line) for line in block.strip().splitlines())


def _raw_line(line: str) -> RawLine:
    match = _LINE.fullmatch(line.strip())
    if match is None:
        raise ValueError(f"not a line of a text bank: {line!r}")
    return RawLine(ROLES[match["role"]], match["text"], bool(match["star"]))
