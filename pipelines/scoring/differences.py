"""What a new version of a rubric changes on calls: verdicts that differ from the version before, counted and quoted."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.scoring.judging import Score
from pipelines.scoring.sample_calls import SampleCalls
from pipelines.scoring.scorer import Judged, Scorer

MOST_QUOTES = 2


@dataclass(frozen=True)
class Verdict:
    """What a version says of one behaviour on one call; ``quote`` is its evidence, or else what made it possible."""

    told: str
    quote: str


@dataclass(frozen=True)
class Difference:
    """A verdict that two versions do not share."""

    behaviour_id: str
    call_id: str
    before: Verdict
    after: Verdict

    @property
    def change(self) -> str:
        return f"{self.before.told} → {self.after.told}"

    @property
    def quote(self) -> str:
        """The words that count in only one of the versions."""
        one, other = (self.before, self.after) if self.before.told == "met" else (self.after, self.before)
        return one.quote or other.quote


def differences(old: Scorer, new: Scorer, sample: SampleCalls, competitors: Sequence[str] = ()) -> list[Difference]:
    """Differing verdicts on behaviours that both versions have, in the new rubric's order, then by call."""
    before, after = (_verdicts(scorer, sample, competitors) for scorer in (old, new))
    shared = [key for key in after if key in before and before[key].told != after[key].told]
    order = {behaviour.id: place for place, behaviour in enumerate(new.rubric.behaviours)}
    return [
        Difference(behaviour, call, before[behaviour, call], after[behaviour, call])
        for behaviour, call in sorted(shared, key=lambda key: (order[key[0]], key[1]))
    ]


def _verdicts(scorer: Scorer, sample: SampleCalls, competitors: Sequence[str]) -> dict[tuple[str, str], Verdict]:
    return {
        (score.behaviour_id, judged.call_id): Verdict(_told(score), _quote(judged, score))
        for judged in scorer.judge_calls(sample.utterances, sample.calls, competitors)
        for score in judged.scores
    }


def _told(score: Score) -> str:
    if not score.is_applicable:
        return "not applicable"
    if score.is_abstained:
        return "open"
    return "met" if score.is_met else "not met"


def _quote(judged: Judged, score: Score) -> str:
    if score.evidence:
        return judged.quote(score.evidence[0], score.behaviour_id)
    return "" if score.opportunity is None else judged.texts[score.opportunity]


def differences_text(found: Sequence[Difference], sample: SampleCalls) -> str:
    """Counts per behaviour and change, each with a few quotes; says so if no verdict differs."""
    calls = sample.calls.height
    lines = [f"On {calls} calls of {sample.source}, verdicts that differ from the version before:"]
    for behaviour in dict.fromkeys(one.behaviour_id for one in found):
        own = [one for one in found if one.behaviour_id == behaviour]
        changes = Counter(one.change for one in own)
        counted = ", ".join(f"{change} {count}" for change, count in sorted(changes.items()))
        lines.append(f"  {behaviour}: {len(own)} of {calls} ({counted})")
        for change in sorted(changes):
            quoted = [one for one in own if one.change == change and one.quote][:MOST_QUOTES]
            lines += [f"    {change}, {one.call_id}: “{one.quote}”" for one in quoted]
    return "\n".join(lines if found else [*lines, "  none"])
