"""Figures of the page Pulse."""

from dashboards.figure import Figure

OWN_TEAMS = Figure(
    title="Teams to answer for",
    meaning="The rep's own team, or the teams a manager has on the as-of date.",
    sql="""
        select team_id, min(coalesce(team_name, team_id)) as team_name
        from dim_reps
        where team_id is not null and (rep_id = $rep_id or (manager_id = $manager_id and is_active))
        group by team_id
        order by team_name, team_id
    """,
)

QUARTERS = Figure(
    title="Quarters that may still be asked about",
    meaning="The running quarter and the one before it.",
    sql="""
        select period_start as quarter_start, label
        from dim_periods
        where period_kind = 'quarter'
        order by period_start desc
        limit 2
    """,
)

ANSWERS = Figure(
    title="What came back",
    meaning=(
        "Team by quarter, newest first. Reps' answers are never shown below five, nor where another team's could be "
        "found by subtraction, nor where all said the same; means are whole points and whole minutes. Heard: coaching minutes "
        "per rep and week in 1:1s that were heard, a lower bound where not all were."
    ),
    sql="""
        select
            coalesce(team_name, team_id) as team,
            quarter_start,
            answer_count_band,
            rep_rating,
            rep_share_very_good,
            rep_reported_minutes_per_week,
            leader_rating,
            leader_claimed_minutes_per_rep_week,
            observed_coaching_minutes_per_rep_week
        from fct_perception
        where coalesce(leader_rating, leader_claimed_minutes_per_rep_week) is not null or answer_count_band is not null
        order by quarter_start desc, team
    """,
    empty="No survey or pulse has come back yet. A pulse's answers come two weeks after its quarter has ended, all at once.",
)
