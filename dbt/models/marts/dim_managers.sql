with assignments as (

    select * from {{ ref('int_assignments_classified') }}

),

employees as (

    select * from {{ ref('stg_hr__employees') }}

),

role_kinds as (

    select * from {{ ref('hr_role_kinds') }}

),

calendars as (

    select * from {{ ref('int_calendars_covered') }}

),

begun as (

    select
        *,
        coalesce(valid_to >= {{ as_of() }}, true) as is_current
    from assignments
    where valid_from <= {{ as_of() }}

),

reports_counted as (

    select
        manager_id,
        count(*) filter (where seat_kind = 'rep') as rep_assignment_count,
        count(distinct person_id) filter (where seat_kind = 'rep' and is_current) as direct_reports_count
    from begun
    where manager_id is not null
    group by manager_id

),

teams_ranked as (

    -- The team most of the present reports are in; for managers without any, of the last ones.
    select
        manager_id,
        team_id,
        team_name,
        segment,
        is_current,
        row_number() over (
            partition by manager_id
            order by is_current desc, case when is_current then count(*) end desc, max(valid_from) desc, team_id asc
        ) as preference
    from begun
    where manager_id is not null and seat_kind = 'rep'
    group by manager_id, team_id, team_name, segment, is_current

),

own_assignments as (

    select
        person_id,
        manager_id,
        job_title
    from begun
    where is_current
    qualify row_number() over (partition by person_id order by valid_from desc) = 1

),

managers as (

    select manager_id from reports_counted
    union
    select employees.person_id
    from employees
    inner join role_kinds
        on employees.hr_role = role_kinds.hr_role
        and role_kinds.seat_kind in ('manager', 'leader')

),

final as (

    select
        managers.manager_id,
        employees.employee_id,
        employees.full_name,
        employees.email,
        coalesce(own_assignments.job_title, employees.job_title) as job_title,
        case when coalesce(reports_counted.rep_assignment_count, 0) > 0 then 'manager' else 'leader' end as level,
        case when teams_ranked.is_current then teams_ranked.segment end as segment,
        employees.country,
        employees.time_zone,
        employees.hire_date,
        case when employees.leave_date <= {{ as_of() }} then employees.leave_date end as leave_date,
        coalesce(employees.hire_date <= {{ as_of() }}, true)
        and coalesce(employees.leave_date >= {{ as_of() }}, true) as is_active,
        own_assignments.manager_id as leader_id,
        teams_ranked.team_id,
        teams_ranked.team_name,
        coalesce(reports_counted.direct_reports_count, 0) as direct_reports_count,
        calendars.manager_id is not null as has_calendar,
        {{ as_of() }} as as_of_date
    from managers
    left join employees on managers.manager_id = employees.person_id
    left join reports_counted on managers.manager_id = reports_counted.manager_id
    left join teams_ranked
        on managers.manager_id = teams_ranked.manager_id
        and teams_ranked.preference = 1
    left join own_assignments on managers.manager_id = own_assignments.person_id
    left join calendars on managers.manager_id = calendars.manager_id

)

select * from final
