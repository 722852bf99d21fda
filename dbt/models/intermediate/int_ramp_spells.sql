-- One row per rep × spell: consecutive selling assignments in one segment. A spell begins at hire, at a return after more than
-- a month away, or when the segment changes; a change of team or manager does not begin one.
with assignments as (

    select * from {{ ref('int_assignments_classified') }}

),

ordered as (

    select
        *,
        lag(valid_to) over (partition by person_id order by valid_from) as previous_valid_to,
        lag(segment) over (partition by person_id order by valid_from) as previous_segment,
        lag(seat_kind) over (partition by person_id order by valid_from) as previous_kind,
        lead(valid_from) over (partition by person_id order by valid_from) as following_from,
        row_number() over (partition by person_id order by valid_from) as assignment_number
    from assignments
    where valid_from <= {{ as_of() }}

),

begun as (

    select
        *,
        case
            when assignment_number = 1 then 'hired'
            when coalesce(previous_kind, '') != 'rep' then 'changed_segment'
            when {{ dbt.datediff('previous_valid_to', 'valid_from', 'day') }} > 31 then 'returned'
            when coalesce(segment, '') != coalesce(previous_segment, '') then 'changed_segment'
        end as start_reason
    from ordered

),

numbered as (

    select
        *,
        count(start_reason) over (
            partition by person_id order by valid_from rows between unbounded preceding and current row
        ) as spell_number
    from begun
    where seat_kind = 'rep'

),

final as (

    select
        person_id as rep_id,
        spell_number,
        max(start_reason) as start_reason,
        -- HR histories often begin later than people do: the first assignment on file reaches back to the hire date.
        case
            when max(start_reason) = 'hired' then least(min(valid_from), coalesce(min(hire_date), min(valid_from)))
            else min(valid_from)
        end as start_date,
        case when count(valid_to) = count(*) then max(valid_to) end as end_date,
        {{ value_at_latest('segment', '-spell_order') }} as segment,
        {{ value_at_latest('manager_id', '-spell_order') }} as manager_id,
        {{ value_at_latest('team_id', '-spell_order') }} as team_id,
        max(following_from) as next_assignment_from,
        max(leave_date) as leave_date
    from (
        select
            *,
            row_number() over (partition by person_id order by valid_from) as spell_order
        from numbered
    ) as with_order
    group by person_id, spell_number

)

select * from final
