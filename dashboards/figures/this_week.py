"""Figures of the page This week: one manager's queue."""

from dashboards.figure import Figure

MANAGERS = Figure(
    title="Managers",
    meaning="Managers with a queue.",
    sql="""
        select managers.manager_id, coalesce(managers.full_name, managers.manager_id) as manager_name
        from dim_managers as managers
        where managers.manager_id in (select manager_id from fct_manager_queue)
        order by manager_name, managers.manager_id
    """,
)

CONVERSATIONS = Figure(
    title="Conversations",
    meaning="Items in the newest week's queue, and how many reps they are about.",
    sql="""
        select count(*) as value, format('{} reps', count(distinct rep_id)) as detail
        from fct_manager_queue
        where manager_id = $manager_id
            and week_start = (select max(week_start) from fct_manager_queue where manager_id = $manager_id)
    """,
)

MINUTES = Figure(
    title="Minutes",
    meaning="Minutes the conversations take together. The queue is filled up to the minutes a manager has for it.",
    sql="""
        select sum(minutes) as value, 'week of ' || strftime(max(week_start), '%d %b %Y') as detail
        from fct_manager_queue
        where manager_id = $manager_id
            and week_start = (select max(week_start) from fct_manager_queue where manager_id = $manager_id)
    """,
    format="minutes",
)

EXPECTED_GAIN = Figure(
    title="Expected gain",
    meaning=(
        "What the conversations are expected to be worth together: gap against the target × effect on winning × money at "
        "stake in open deals × 1.5 for ramping reps × .35 of coaching that shows on calls. For ranking, not a promise; "
        "effects that are not the company's own estimate are assumptions."
    ),
    sql="""
        select sum(expected_gain) as value, max(currency) as detail
        from fct_manager_queue
        where manager_id = $manager_id
            and week_start = (select max(week_start) from fct_manager_queue where manager_id = $manager_id)
    """,
    format="money",
)

WRONG_SHARE = Figure(
    title="Called wrong",
    meaning=(
        "Items that were called wrong, of those done or called wrong, in all weeks so far. Each one lowers the weight of "
        "such items for this team."
    ),
    sql="""
        select
            (count(*) filter (where outcome = 'wrong'))::double
            / nullif(count(*) filter (where outcome in ('done', 'wrong')), 0) as value,
            format('{} done or wrong', count(*) filter (where outcome in ('done', 'wrong'))) as detail
        from fct_manager_queue
        where manager_id = $manager_id
    """,
    format="percent",
)

QUEUE = Figure(
    title="Worth most this week",
    meaning=(
        "Ranked by expected gain a minute, at most two a rep, within the manager's minutes; a rep nobody has talked with for "
        "six weeks is always in. Sure: the probability that the gap is real (empty for deals)."
    ),
    sql="""
        select
            item_rank,
            rep_name,
            coalesce(behaviour_name, deal_name, behaviour_id, deal_id) as topic,
            label as item_label,
            minutes,
            p_gap_real,
            round(expected_gain)::bigint as expected_gain,
            item_id
        from fct_manager_queue
        where manager_id = $manager_id
            and week_start = (select max(week_start) from fct_manager_queue where manager_id = $manager_id)
        order by item_rank
    """,
    empty="No queue has been made for this manager yet.",
)

DETAILS = Figure(
    title="Why and how",
    meaning="Each item in words: why, how sure, what it is worth, what to listen to, what to ask.",
    sql="""
        select *
        from fct_manager_queue
        where manager_id = $manager_id
            and week_start = (select max(week_start) from fct_manager_queue where manager_id = $manager_id)
        order by item_rank
    """,
)
