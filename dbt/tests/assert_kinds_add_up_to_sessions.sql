-- Minutes by kind add up to the session's minutes of their group, wherever kinds have landed.
-- Tolerance: .05 minutes (three seconds) a session for the rounding of up to eight kinds, times the excerpt factor.
with kinds as (

    select
        session_id,
        sum(case when kind_group = 'coaching' then minutes else 0 end) as coaching_minutes,
        sum(case when kind_group = 'inspection' then minutes else 0 end) as inspection_minutes
    from {{ ref('fct_coaching_minutes_by_kind') }}
    group by session_id

)

select
    sessions.session_id,
    kinds.coaching_minutes as coaching_minutes_by_kind,
    sessions.coaching_minutes,
    kinds.inspection_minutes as inspection_minutes_by_kind,
    sessions.inspection_minutes
from kinds
inner join {{ ref('fct_coaching_sessions') }} as sessions on kinds.session_id = sessions.session_id
where abs(kinds.coaching_minutes - sessions.coaching_minutes) > 0.05 * sessions.excerpt_factor
    or abs(kinds.inspection_minutes - sessions.inspection_minutes) > 0.05 * sessions.excerpt_factor
