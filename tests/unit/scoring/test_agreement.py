"""Which calls people are asked to answer blind."""

import polars as pl

from pipelines.scoring.agreement import calls_to_ask_about

NO_ANSWERS = pl.DataFrame(
    schema={"call_id": pl.String, "rubric_id": pl.String, "rubric_version": pl.Int64, "behaviour_id": pl.String}
)


def scores(*rows: tuple[str, str, float | None], abstained: bool = False) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "call_id": call,
                "rubric_id": "r",
                "rubric_version": 1,
                "behaviour_id": behaviour,
                "is_applicable": chance is not None,
                "is_abstained": abstained,
                "probability": chance,
            }
            for call, behaviour, chance in rows
        ],
        schema_overrides={"probability": pl.Float64},
    )


MANY = scores(*((f"c{number:03}", "a", number / 100) for number in range(100)))


def test_half_is_random_and_half_is_where_the_scorer_is_unsure() -> None:
    drawn = calls_to_ask_about(MANY, NO_ANSWERS, 10, "week")
    assert drawn["sampled_by"].to_list() == ["random", "informative"] * 5
    unsure = drawn.filter(pl.col("sampled_by") == "informative")["call_id"].to_list()
    at_random = set(drawn.filter(pl.col("sampled_by") == "random")["call_id"])
    expected = sorted(set(MANY["call_id"]) - at_random, key=lambda call: (abs(int(call[1:]) - 50), call))[:5]
    assert set(unsure) == set(expected)


def test_the_random_half_depends_on_the_seed_and_not_on_the_scores() -> None:
    def at_random(frame: pl.DataFrame, seed: str) -> list[str]:
        drawn = calls_to_ask_about(frame, NO_ANSWERS, 20, seed)
        return drawn.filter(pl.col("sampled_by") == "random")["call_id"].to_list()

    turned = MANY.with_columns(probability=1 - pl.col("probability")).sort("call_id", descending=True)
    assert at_random(MANY, "week 26") == at_random(turned, "week 26") != at_random(MANY, "week 27")


def test_over_many_weeks_every_call_is_as_likely_to_be_drawn() -> None:
    counts = pl.concat(
        calls_to_ask_about(MANY, NO_ANSWERS, 20, str(week)).filter(pl.col("sampled_by") == "random")
        for week in range(400)
    )["call_id"].value_counts()
    # 40 expected each, standard deviation 6: the extremes of a hundred lie within 4 of those.
    assert counts.height == 100
    assert 16 <= counts["count"].min() <= counts["count"].max() <= 64  # type: ignore[operator]


def test_a_call_answered_already_is_not_asked_again_and_its_behaviour_counts_less() -> None:
    frame = scores(("c1", "a", 0.5), ("c2", "a", 0.5), ("c3", "b", 0.4))
    answers = NO_ANSWERS.vstack(pl.DataFrame([("c1", "r", 1, "a")], schema=NO_ANSWERS.schema, orient="row"))
    drawn = calls_to_ask_about(frame, answers, 10, "s")
    assert dict(drawn.select("call_id", "information").iter_rows()) == {"c2": 0.125, "c3": 0.24}


def test_an_abstention_teaches_most_and_what_could_not_be_shown_nothing() -> None:
    drawn = calls_to_ask_about(scores(("c1", "a", 0.9), abstained=True), NO_ANSWERS, 2, "s")
    assert drawn["information"].to_list() == [0.25]
    assert calls_to_ask_about(scores(("c1", "a", None)), NO_ANSWERS, 2, "s")["information"].to_list() == [0.0]


def test_without_scores_there_is_nothing_to_ask() -> None:
    assert calls_to_ask_about(MANY.clear(), NO_ANSWERS, 4, "s").is_empty()
