"""The company whose evidence is timed has something to say to every question."""

from benchmarks.evidence_cost import company
from pipelines.evidence.questions import estimate_all
from pipelines.settings import Settings


def test_every_question_is_answered_for_the_company_that_is_timed() -> None:
    estimates = estimate_all(company(450), Settings(), 1, 5.0)["estimates__estimates"]
    answered = set(estimates.filter(estimates["verdict"] != "withhold")["question"])
    assert answered == set(estimates["question"])
    assert answered >= {
        "coaching_effect",
        "rollout",
        "ramp",
        "attrition",
        "nudges",
        "training_decay",
        "manager_lottery",
    }
