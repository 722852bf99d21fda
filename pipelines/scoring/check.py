"""Is a rubric any good? Its examples as tests, pairs that get confused, and what changed since the last version.

Every example is judged by a model that has not seen it. That flatters: text by the same author is easier than a real call, so
these numbers compare versions and find weak behaviours; they are no accuracy.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.scoring.matching import KIND, Encoders, cue_features, examples_of, learn, targets_of
from pipelines.scoring.rubric import Rubric

ENOUGH_MET, ENOUGH_NEAR_MISSES = 20, 10
GOOD_HIT_RATE = 0.7
MOST_PAIRS = 8
ENOUGH_CALLS = 10
MOST_LISTED = 2


@dataclass(frozen=True)
class TargetCheck:
    """How a behaviour, moment or kind fares on examples it has not seen."""

    name: str
    met_count: int
    near_miss_count: int
    recognised: int
    near_misses_rejected: int
    other_count: int
    others_rejected: int

    @property
    def hit_rate(self) -> float:
        return self.recognised / max(self.met_count, 1)

    def advice(self) -> str:
        if self.name.startswith(KIND):
            return "" if self.met_count >= ENOUGH_MET else f"add {ENOUGH_MET - self.met_count} examples"
        missing = [
            f"add {wanted - have} {what}"
            for have, wanted, what in (
                (self.met_count, ENOUGH_MET, "met examples"),
                (self.near_miss_count, ENOUGH_NEAR_MISSES, "near-misses"),
            )
            if have < wanted
        ]
        return ", ".join(missing)


@dataclass(frozen=True)
class RubricCheck:
    """Result of ``check_rubric``."""

    rubric: Rubric
    targets: tuple[TargetCheck, ...]
    confusions: tuple[tuple[str, str, int, str], ...]  # taken for, really of, how often, an example

    @property
    def is_good(self) -> bool:
        """Every behaviour recognises at least 70 % of its own examples."""
        weak = {target.name for target in self.targets if target.hit_rate < GOOD_HIT_RATE}
        return not weak & {behaviour.id for behaviour in self.rubric.behaviours}

    def text(self) -> str:
        """The report as lines for a terminal."""
        lines = [
            f"{self.rubric.id} v{self.rubric.version}: {len(self.rubric.behaviours)} behaviours, "
            f"{len(self.rubric.moments)} moments, {len(self.rubric.kinds)} kinds, hash {self.rubric.content_hash()[:16]}",
            *_practice_lines(self.rubric),
            "Examples judged by a model that has not seen them (to compare versions; not an accuracy on real calls):",
            f"{'':30}  recognised  near-misses rejected  others rejected",
        ]
        for target in self.targets:
            near = f"{target.near_misses_rejected}/{target.near_miss_count}" if target.near_miss_count else "-"
            lines.append(
                f"{target.name:30}  {target.recognised:>4}/{target.met_count:<5}  {near:>20}  "
                f"{target.others_rejected:>7}/{target.other_count:<7}  {target.advice()}".rstrip()
            )
        lines += ["Confused most often:"] if self.confusions else ["No confused pairs."]
        lines += [
            f"  {taken} ← {really}: {count}, for example “{text}”" for taken, really, count, text in self.confusions
        ]
        return "\n".join(lines)


def _practice_lines(rubric: Rubric) -> list[str]:
    """How many practice calls there are, and which behaviours they show too seldom or nearly always."""
    if not rubric.practice:
        return []
    lines = sum(len(call.lines) for call in rubric.practice)
    hands = len({call.hand for call in rubric.practice})
    shown = [{label for line in call.lines for label in line.shows} for call in rubric.practice]
    counts = {one.id: sum(one.id in labels for labels in shown) for one in rubric.behaviours}
    few = [f"{name} {count}" for name, count in counts.items() if count < ENOUGH_CALLS]
    told = [f"Learned from {len(rubric.practice)} practice calls by {hands} hands as well, {lines} lines."]
    return [*told, f"Shown in few of them: {', '.join(few)}; label some more."] if few else told


def check_rubric(rubric: Rubric, encoders: Encoders) -> RubricCheck:
    """Run the examples of a rubric as tests, each left out of the model that judges it."""
    texts, targets = targets_of(rubric)
    examples = examples_of(rubric)
    cues = cue_features(rubric, texts, [False] * len(texts))
    sides = [learn(encoder.vectors(texts), cues, targets)[1] for encoder in encoders]
    checks, confused = [], []
    for place, target in enumerate(targets):
        chance = (sides[0][place] + sides[1][place]) / 2
        is_met = chance >= rubric.met_at
        name = target.name.removeprefix(KIND)
        own = np.array([examples[row].detector == name for row in target.rows])
        once = np.array([not examples[row].is_twin for row in target.rows])
        met, near, other = once & (target.labels > 0), once & own & (target.labels == 0), once & ~own
        checks.append(
            TargetCheck(
                target.name,
                int(met.sum()),
                int(near.sum()),
                int((met & is_met).sum()),
                int((near & ~is_met).sum()),
                int(other.sum()),
                int((other & ~is_met).sum()),
            )
        )
        confused += [
            (target.name, examples[target.rows[row]].detector or "background", examples[target.rows[row]].text)
            for row in np.flatnonzero(other & is_met)
        ]
    return RubricCheck(rubric, tuple(checks), _most_confused(confused))


def _most_confused(confused: list[tuple[str, str, str]]) -> tuple[tuple[str, str, int, str], ...]:
    pairs: dict[tuple[str, str], list[str]] = {}
    for taken, really, text in confused:
        pairs.setdefault((taken, really), []).append(text)
    ranked = sorted(pairs.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return tuple((taken, really, len(found), found[0]) for (taken, really), found in ranked[:MOST_PAIRS])


def compare_rubrics(old: Rubric, new: Rubric, most: int | None = None) -> str:
    """What changed between two versions, one line a change; says so if nothing did.

    Args:
        most: of one list of examples show at most so many that came or went, and how many more there are.
    """
    lines = [f"{old.id} v{old.version} → {new.id} v{new.version}"]
    before, after = ({one.id: one for one in rubric.detectors} for rubric in (old, new))
    lines += [f"- {one} removed" for one in before if one not in after]
    lines += [f"+ {one} added" for one in after if one not in before]
    for name in (one for one in before if one in after):
        lines += _changes(name, before[name].model_dump(), after[name].model_dump(), most)
    for role in sorted({*old.background, *new.background}):
        was, now = ({"background": rubric.background.get(role, ())} for rubric in (old, new))
        lines += _changes(role, was, now, most)
    for field in ("title", "met_at", "abstain_within", "call_types"):
        lines += _changes("rubric", {field: getattr(old, field)}, {field: getattr(new, field)})
    kinds_before, kinds_after = ({kind.id: kind for kind in rubric.kinds} for rubric in (old, new))
    lines += [f"- kind {one} removed" for one in kinds_before if one not in kinds_after]
    lines += [f"+ kind {one} added" for one in kinds_after if one not in kinds_before]
    for name in (one for one in kinds_before if one in kinds_after):
        lines += _changes(f"kind {name}", kinds_before[name].model_dump(), kinds_after[name].model_dump(), most)
    lines += _practice_changes(old, new)
    return "\n".join(lines if len(lines) > 1 else [*lines, "nothing changed"])


def _practice_changes(old: Rubric, new: Rubric) -> list[str]:
    before, after = ({(call.hand, call.name): call for call in rubric.practice} for rubric in (old, new))
    if before == after:
        return []
    changed = sum(before[one] != after[one] for one in before.keys() & after.keys())
    lines = [sum(len(call.lines) for call in rubric.practice) for rubric in (old, new)]
    return [
        f"~ practice calls: {len(before)} → {len(after)}, lines {lines[0]} → {lines[1]} "
        f"(came {len(after.keys() - before.keys())}, went {len(before.keys() - after.keys())}, changed {changed})"
    ]


def compare_checks(old: RubricCheck, new: RubricCheck) -> str:
    """Share of its own examples each target recognises unseen, where that changed between two versions."""
    before = {target.name: target for target in old.targets}
    lines = ["Recognised unseen, against the version before:"]
    for target in new.targets:
        was = before.get(target.name)
        if was is None or (was.hit_rate, was.met_count) != (target.hit_rate, target.met_count):
            told = "new" if was is None else f"{was.hit_rate:.0%} of {was.met_count}"
            lines.append(f"  {target.name}: {told} → {target.hit_rate:.0%} of {target.met_count}")
    return "\n".join(lines if len(lines) > 1 else [*lines, "  nothing changed"])


def _changes(name: str, before: dict, after: dict, most: int | None = None) -> list[str]:
    lines = []
    for field, new in after.items():
        old = before.get(field)
        if old == new:
            continue
        if isinstance(new, tuple | list) and isinstance(old, tuple | list):
            gone, come = [one for one in old if one not in new], [one for one in new if one not in old]
            for sign, found in (("-", gone), ("+", come)):
                lines += [f"~ {name}.{field}: {sign} {one}" for one in found[:most]]
                if most is not None and len(found) > most:
                    lines.append(f"~ {name}.{field}: {sign} {len(found) - most} more")
        else:
            lines.append(f"~ {name}.{field}: {old} → {new}")
    return lines
