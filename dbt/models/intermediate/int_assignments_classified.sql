-- One row per person × first day of an assignment (the later row where two begin on one day), with the kind of seat it is
-- and the day it really ended: HR's end, the day before the next one, or the leave date, whichever is first.
with assignments as (

    select * from {{ ref('stg_hr__assignments') }}

),

employees as (

    select * from {{ ref('stg_hr__employees') }}

),

title_kinds as (

    select * from {{ ref('job_title_kinds') }}

),

role_kinds as (

    select * from {{ ref('hr_role_kinds') }}

),

readable as (

    select *
    from assignments
    where valid_from is not null and (valid_to is null or valid_to >= valid_from)
    qualify row_number() over (
            partition by person_id, valid_from order by load_order desc, source_file desc, source_row desc
        ) = 1

),

titles_classified as (

    select
        titles.job_title,
        {{ value_at_latest('title_kinds.seat_kind', '-title_kinds.priority') }} as seat_kind
    from (
        select distinct job_title from readable
        where job_title is not null
    ) as titles
    inner join title_kinds on regexp_matches(lower(titles.job_title), title_kinds.title_pattern)
    group by titles.job_title

),

ordered as (

    select
        readable.*,
        lead(readable.valid_from) over (partition by readable.person_id order by readable.valid_from) as next_from
    from readable

),

final as (

    select
        ordered.person_id,
        ordered.manager_id,
        ordered.team_id,
        ordered.team_name,
        coalesce(ordered.segment, employees.segment) as segment,
        coalesce(ordered.job_title, employees.job_title) as job_title,
        ordered.valid_from,
        ordered.valid_to as stated_valid_to,
        case
            -- A leave date before the assignment began belongs to an earlier employment.
            when employees.leave_date >= ordered.valid_from
                then least(ordered.valid_to, {{ dbt.dateadd('day', -1, 'ordered.next_from') }}, employees.leave_date)
            else least(ordered.valid_to, {{ dbt.dateadd('day', -1, 'ordered.next_from') }})
        end as ended_on,
        ordered.next_from,
        coalesce(
            ordered.next_from < coalesce(ordered.valid_to, cast('9999-12-31' as date)) and ordered.valid_to is not null,
            false
        ) as is_shortened,
        ordered.change_reason,
        coalesce(titles_classified.seat_kind, role_kinds.seat_kind) as seat_kind,
        employees.hire_date,
        employees.leave_date
    from ordered
    left join employees on ordered.person_id = employees.person_id
    left join titles_classified on ordered.job_title = titles_classified.job_title
    left join role_kinds on employees.hr_role = role_kinds.hr_role

)

select
    * exclude (ended_on),
    cast(ended_on as date) as valid_to
from final
where ended_on is null or ended_on >= valid_from
