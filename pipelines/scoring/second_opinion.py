"""The judge's scores in place of the default scorer's, or the default's with the reason why the judge's are missing."""

from dataclasses import replace

from pipelines.scoring.judge import JUDGE, Judge, JudgeError
from pipelines.scoring.rubric import Rubric
from pipelines.scoring.scorer import Judged


def with_judge(default: Judged, rubric: Rubric, judge: Judge | None) -> Judged:
    """``default`` itself where no judge is configured or nothing is applicable; moments and sessions stay the default's."""
    if judge is None or not any(score.is_applicable and score.probability is not None for score in default.scores):
        return default
    try:
        verdicts = judge.scores(rubric, default.said, default.texts, default.scores)
    except JudgeError as problem:
        return replace(default, fallback_reason=str(problem))
    quotes = {
        (score.evidence[0], score.behaviour_id): quote
        for score, quote in verdicts
        if quote is not None and score.evidence
    }
    return replace(
        default,
        scores=[score for score, _ in verdicts],
        scorer=JUDGE,
        scorer_version=judge.model,
        quotes=quotes,
    )
