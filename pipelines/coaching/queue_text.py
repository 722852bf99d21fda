"""Items of the manager's queue in words: why, how sure, what it is worth, what to listen to, what to ask. No ranking."""

import polars as pl

LISTEN_SECONDS = 90
QUESTIONS_FOR_RISKS = [
    "What has the customer said about this since?",
    "Who on their side could tell us?",
    "What is the next step that would show the deal is alive, and on which day?",
]


def explained(queue: pl.DataFrame) -> pl.DataFrame:
    """The queue with ``why, how_sure, worth, listen_end_seconds, questions, agenda`` as texts for a manager."""
    is_deal = pl.col("label") == "deal_risk"
    return queue.with_columns(
        why=pl.when(is_deal).then(_why_deal()).otherwise(_why_behaviour()),
        how_sure=pl.when(is_deal)
        .then(pl.lit("Counted from the CRM and the calls; not flagged by the rep."))
        .otherwise(_how_sure()),
        worth=_worth(),
        listen_end_seconds=pl.col("listen_start_seconds") + LISTEN_SECONDS,
        questions=pl.when(is_deal)
        .then(pl.lit(QUESTIONS_FOR_RISKS, dtype=pl.List(pl.String)))
        .otherwise(pl.col("questions").fill_null(pl.lit([], dtype=pl.List(pl.String)))),
        agenda=_agenda(),
    )


def _name() -> pl.Expr:
    return pl.coalesce("behaviour_name", "behaviour_id")


def _why_behaviour() -> pl.Expr:
    seen = pl.format(
        "{}: seen in {} of {} opportunities", _name(), pl.col("hits").fill_null(0), pl.col("opportunities").fill_null(0)
    )
    team = pl.when(pl.col("team_rate").is_not_null()).then(
        pl.format("; the team shows it in {} %", (pl.col("team_rate") * 100).round().cast(pl.Int64))
    )
    ramping = pl.when("is_ramping").then(pl.lit(" Still ramping, so counted more."))
    floor = pl.when("is_floor").then(pl.lit(" Has waited longest for a conversation."))
    return pl.concat_str(
        seen, team.otherwise(pl.lit("")), pl.lit("."), ramping.otherwise(pl.lit("")), floor.otherwise(pl.lit(""))
    )


def _why_deal() -> pl.Expr:
    count = pl.col("risk_signals").list.len()
    return pl.format(
        "{}: {} risk {} not flagged ({}).",
        pl.coalesce("deal_name", "deal_id"),
        count,
        pl.when(count == 1).then(pl.lit("signal")).otherwise(pl.lit("signals")),
        pl.col("risk_signals").list.join(", ").str.replace_all("_", " "),
    )


def _how_sure() -> pl.Expr:
    few = pl.when(pl.col("label") == "observe_or_role_play").then(
        pl.lit(" Too few calls to discuss one: observe a call or role-play.")
    )
    return pl.format(
        "{} % sure that the gap is real.{}",
        (pl.col("p_gap_real") * 100).round().clip(upper_bound=99).cast(pl.Int64),
        few.otherwise(pl.lit("")),
    )


def _worth() -> pl.Expr:
    currency = pl.col("currency").fill_null("")
    origin = pl.when("is_effect_own").then(pl.lit("your own data")).otherwise(pl.lit("an assumption"))
    money = pl.format(
        "About {} {} expected from {} minutes; the effect is {}.",
        _with_thousands(pl.col("expected_gain")),
        currency,
        pl.col("minutes").round().cast(pl.Int64),
        origin,
    ).str.replace("  ", " ", literal=True)
    nothing = pl.lit("No open deals whose outcome it could change yet: it is worth the habit.")
    return pl.when(pl.col("money_at_stake") > 0).then(money).otherwise(nothing)


def _with_thousands(amount: pl.Expr) -> pl.Expr:
    digits = amount.round().cast(pl.Int64).cast(pl.String)
    return digits.str.reverse().str.extract_all(r"\d{1,3}-?").list.join(",").str.reverse()


def _agenda() -> pl.Expr:
    """Parts of the conversation in whole minutes: the rep's own view first, practice longest, an action at the end."""
    minutes = pl.col("minutes").round().cast(pl.Int64)
    own, close = 2, 3
    middle = pl.max_horizontal(minutes - own - close, 1)
    has_call = pl.col("listen_call_id").is_not_null()
    work = (
        pl.when(pl.col("label") == "deal_risk")
        .then(pl.format("{} min: go through the signals and plan", middle))
        .when(has_call & (middle > 2))
        .then(pl.format("2 min: listen together · {} min: practise it", middle - 2))
        .otherwise(pl.format("{} min: practise it", middle))
    )
    return pl.format("{} min: how does the rep see it · {} · {} min: agree one action and a day", own, work, close)
