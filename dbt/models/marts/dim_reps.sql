with assignments as (

    select * from {{ ref('dim_rep_assignments') }}

),

employees as (

    select * from {{ ref('stg_hr__employees') }}

),

identities as (

    select * from {{ ref('int_identities_resolved') }}

),

rep_weeks as (

    select * from {{ ref('fct_rep_weeks') }}

),

ramp_episodes as (

    select * from {{ ref('fct_ramp_episodes') }}

),

latest_assignments as (

    select *
    from assignments
    where valid_from <= {{ as_of() }}
    qualify row_number() over (partition by rep_id order by is_current desc, valid_from desc) = 1

),

latest_bands as (

    select
        rep_id,
        true_cadence_band,
        calendar_cadence_band
    from rep_weeks
    where is_complete
    qualify row_number() over (partition by rep_id order by week_start desc) = 1

),

latest_episodes as (

    select
        rep_id,
        status
    from ramp_episodes
    qualify row_number() over (partition by rep_id order by start_date desc) = 1

),

ids_gathered as (

    select
        person_id,
        min(case when source_system = 'hubspot' then source_id end) as hubspot_owner_id,
        min(case when source_system = 'salesforce' then source_id end) as salesforce_user_id,
        min(case when source_system = 'gong' then source_id end) as gong_user_id
    from identities
    where person_id is not null
    group by person_id

),

final as (

    select
        latest_assignments.rep_id,
        employees.employee_id,
        employees.full_name,
        employees.email,
        latest_assignments.job_title,
        latest_assignments.segment,
        employees.country,
        employees.time_zone,
        employees.hire_date,
        case when employees.leave_date <= {{ as_of() }} then employees.leave_date end as leave_date,
        case when employees.leave_date <= {{ as_of() }} then employees.leave_reason end as leave_reason,
        latest_assignments.is_current as is_active,
        latest_assignments.team_id,
        latest_assignments.team_name,
        latest_assignments.manager_id,
        managers.full_name as manager_name,
        cast({{ dbt.datediff(
            dbt.date_trunc('month', 'employees.hire_date'),
            dbt.date_trunc('month', 'least(coalesce(employees.leave_date, ' ~ as_of() ~ '), ' ~ as_of() ~ ')'),
            'month'
        ) }} as bigint) as tenure_months,
        coalesce(latest_assignments.is_current and latest_episodes.status = 'censored', false) as is_ramping,
        latest_episodes.status as ramp_status,
        case when latest_assignments.is_current then latest_bands.true_cadence_band end as true_cadence_band,
        case when latest_assignments.is_current then latest_bands.calendar_cadence_band end as calendar_cadence_band,
        ids_gathered.hubspot_owner_id,
        ids_gathered.salesforce_user_id,
        ids_gathered.gong_user_id,
        {{ as_of() }} as as_of_date
    from latest_assignments
    left join employees on latest_assignments.rep_id = employees.person_id
    left join employees as managers on latest_assignments.manager_id = managers.person_id
    left join latest_bands on latest_assignments.rep_id = latest_bands.rep_id
    left join latest_episodes on latest_assignments.rep_id = latest_episodes.rep_id
    left join ids_gathered on latest_assignments.rep_id = ids_gathered.person_id

)

select * from final
