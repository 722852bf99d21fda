-- One row per call × rubric: behaviours applicable and met under the newest version that judged it, and the weighted score.
with scores as (

    select * from {{ ref('int_scores_latest') }}
    where is_newest_version

),

final as (

    select
        call_id,
        rubric_id,
        count(*) filter (where is_judged) as applicable_count,
        count(*) filter (where is_judged and is_met) as met_count,
        count(*) filter (where is_applicable and is_met is null) as abstained_count,
        coalesce({{ exact_sum('weight', where='is_judged and is_met') }}, 0)
        / nullif({{ exact_sum('weight', where='is_judged') }}, 0) as rubric_score
    from scores
    group by call_id, rubric_id

)

select * from final
