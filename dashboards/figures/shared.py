"""Figures that stand on several pages: how much was heard, and what others have published."""

from dashboards.figure import Figure

HEARD_SHARE = Figure(
    title="1:1s heard",
    meaning=(
        "Manager 1:1s whose speech was heard and sorted, of those known to have been held (calendar or recording), "
        "over the last 13 complete weeks. Coaching and inspection minutes are of these only."
    ),
    sql="""
        select
            count(*) filter (where is_heard) / nullif(count(*), 0) as value,
            count(*) filter (where is_heard) as heard_count,
            count(*) as held_count,
            format('{:,} of {:,} held', count(*) filter (where is_heard), count(*)) as detail
        from fct_coaching_sessions
        cross join (select max(as_of) as as_of from publication)
        where week_start > as_of - 97 and week_start <= as_of - 6
    """,
    format="percent",
)

BENCHMARKS = Figure(
    title="Published numbers",
    meaning="What others have published about this, who said it, and how far it can be trusted. Never a threshold.",
    sql="""
        select statement, source, year, flag, flag_reason
        from dim_benchmarks
        where topic = $topic
        order by benchmark_id
    """,
)
