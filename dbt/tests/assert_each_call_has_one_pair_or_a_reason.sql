-- External calls and 1:1s: a rep and a manager, or a reason why not; never both, never neither.
with gathered as (

    select
        call_id,
        rep_id,
        manager_id,
        unmatched_reason
    from {{ ref('fct_calls') }}
    union all
    select
        session_id,
        rep_id,
        manager_id,
        unmatched_reason
    from {{ ref('fct_coaching_sessions') }}

)

select *
from gathered
where (unmatched_reason is null) != (rep_id is not null and manager_id is not null)
