-- One row per rule × person, assignment, quota or manager that breaks it.
with employees as (

    select * from {{ ref('stg_hr__employees') }}

),

raw_assignments as (

    select * from {{ ref('stg_hr__assignments') }}

),

assignments as (

    select * from {{ ref('int_assignments_classified') }}

),

role_kinds as (

    select * from {{ ref('hr_role_kinds') }}

),

identities as (

    select * from {{ ref('int_identities_resolved') }}

),

raw_quotas as (

    select * from {{ ref('stg_quota__quotas') }}

),

quotas as (

    select * from {{ ref('int_quotas_converted') }}

),

rep_days as (

    select * from {{ ref('int_rep_days') }}

),

rep_months as (

    select * from {{ ref('fct_rep_months') }}

),

absences as (

    select * from {{ ref('stg_hr__absences') }}

),

absence_kinds as (

    select * from {{ ref('absence_kinds') }}

),

manager_weeks as (

    select * from {{ ref('fct_manager_weeks') }}

),

data_window as (

    select * from {{ ref('int_data_window') }}

),

identity_faults as (

    select
        'unknown_person' as rule,
        'person' as subject_kind,
        source_system || ':' || source_id as subject_id,
        cast(null as date) as observed_on,
        coalesce(full_name, 'no name') || ', ' || coalesce(email, 'no e-mail')
        || case
            when candidate_person_id is not null
                then '; same name as ' || candidate_person_id || ': add to identity_overrides if it is the same person'
            else ''
        end as detail,
        1 as row_count,
        cast(null as double) as amount
    from identities
    where person_id is null
    union all
    select
        'duplicate_email' as rule,
        'person' as subject_kind,
        email,
        cast(null as date) as observed_on,
        count(*) || ' employees: ' || min(person_id) || ' … ' || max(person_id) as detail,
        count(*) as row_count,
        cast(null as double) as amount
    from employees
    where email is not null
    group by email
    having count(*) > 1

),

assignment_faults as (

    select
        'overlapping_assignments' as rule,
        'assignment' as subject_kind,
        person_id || '@' || valid_from as subject_id,
        next_from as observed_on,
        'until ' || coalesce(cast(stated_valid_to as varchar), 'open') || ', the next one from ' || next_from as detail,
        1 as row_count,
        cast(null as double) as amount
    from assignments
    where is_shortened
    union all
    select
        'assignment_dates_unreadable' as rule,
        'assignment' as subject_kind,
        person_id || '@' || coalesce(cast(valid_from as varchar), 'none') || '#' || source_row as subject_id,
        valid_from,
        'from ' || coalesce(cast(valid_from as varchar), 'unreadable') || ' to ' || coalesce(cast(valid_to as varchar), 'open') as detail,
        1 as row_count,
        cast(null as double) as amount
    from raw_assignments
    where valid_from is null or valid_to < valid_from
    union all
    select
        'overlapping_assignments' as rule,
        'assignment' as subject_kind,
        person_id || '@' || valid_from as subject_id,
        valid_from,
        count(*) || ' assignments begin on this day' as detail,
        count(*) as row_count,
        cast(null as double) as amount
    from raw_assignments
    where valid_from is not null and (valid_to is null or valid_to >= valid_from)
    group by person_id, valid_from
    having count(*) > 1
    union all
    select
        'assignment_without_manager' as rule,
        'assignment' as subject_kind,
        person_id || '@' || valid_from as subject_id,
        valid_from,
        'team ' || coalesce(team_id, 'none') as detail,
        1 as row_count,
        cast(null as double) as amount
    from assignments
    where seat_kind = 'rep' and manager_id is null
    union all
    select
        'unknown_job_title' as rule,
        'assignment' as subject_kind,
        person_id || '@' || valid_from as subject_id,
        valid_from,
        'job title ' || coalesce(job_title, 'none') as detail,
        1 as row_count,
        cast(null as double) as amount
    from assignments
    where seat_kind is null
    union all
    select
        'rep_without_assignment' as rule,
        'rep' as subject_kind,
        employees.person_id,
        employees.hire_date,
        coalesce(employees.full_name, employees.employee_id) as detail,
        1 as row_count,
        cast(null as double) as amount
    from employees
    inner join role_kinds
        on employees.hr_role = role_kinds.hr_role
        and role_kinds.seat_kind = 'rep'
    left join assignments on employees.person_id = assignments.person_id
    where assignments.person_id is null
    union all
    select
        'unknown_absence_kind' as rule,
        'person' as subject_kind,
        absences.person_id,
        absences.starts_on,
        'kind ' || coalesce(min(absences.absence_kind), 'none') as detail,
        count(*) as row_count,
        cast(null as double) as amount
    from absences
    left join absence_kinds on absences.absence_kind = absence_kinds.absence_kind
    where absence_kinds.absence_kind is null
    group by absences.person_id, absences.starts_on

),

seat_days_counted as (

    select
        quotas.quota_key,
        count(rep_days.day) as days_in_seat,
        count(*) filter (where rep_days.day is not null and rep_days.is_working_day_in_seat) as working_days_in_seat
    from quotas
    left join rep_days
        on quotas.person_id = rep_days.rep_id
        and rep_days.day between quotas.period_start and quotas.period_end
    group by quotas.quota_key

),

quota_faults as (

    select
        'two_quotas_for_period' as rule,
        'quota' as subject_kind,
        quota_key as subject_id,
        period_start as observed_on,
        same_period_count || ' amounts; ' || round(amount) || ' counts' as detail,
        same_period_count as row_count,
        amount
    from quotas
    where same_period_count > 1
    union all
    select
        'quota_for_leaver' as rule,
        'quota' as subject_kind,
        quotas.quota_key,
        quotas.period_start,
        'no selling seat on any day of ' || quotas.period_start || ' to ' || quotas.period_end
        || coalesce('; left on ' || employees.leave_date, '') as detail,
        1 as row_count,
        quotas.amount
    from quotas
    inner join seat_days_counted on quotas.quota_key = seat_days_counted.quota_key
    inner join employees on quotas.person_id = employees.person_id
    cross join data_window
    where seat_days_counted.days_in_seat = 0
        and quotas.period_start <= {{ as_of() }}
        and quotas.period_end >= data_window.first_day
    union all
    select
        'quota_unreadable' as rule,
        'quota' as subject_kind,
        coalesce(person_id, 'nobody') || ' row ' || source_row as subject_id,
        period_start,
        'amount ' || coalesce(quota_amount_text, 'none') || ', ' || coalesce(cast(period_start as varchar), 'no start')
        || ' to ' || coalesce(cast(period_end as varchar), 'no end') as detail,
        1 as row_count,
        cast(null as double) as amount
    from raw_quotas
    where person_id is null or quota_amount is null or period_start is null or period_end is null or period_end < period_start
    union all
    select
        'quota_unknown_person' as rule,
        'quota' as subject_kind,
        quota_key,
        period_start,
        'nobody in HR is ' || person_id as detail,
        1 as row_count,
        amount
    from quotas
    where not is_known_person
    union all
    select
        'quota_unknown_currency' as rule,
        'quota' as subject_kind,
        quota_key,
        period_start,
        'currency ' || source_currency as detail,
        1 as row_count,
        cast(null as double) as amount
    from quotas
    where amount is null
    union all
    select
        'rep_without_quota' as rule,
        'rep' as subject_kind,
        rep_months.rep_id,
        rep_months.month,
        rep_months.working_days_in_seat || ' working days in seat without a quota' as detail,
        1 as row_count,
        cast(null as double) as amount
    from rep_months
    cross join data_window
    where rep_months.is_complete
        and rep_months.quota_amount is null
        and rep_months.overlay_quota_amount is null
        and rep_months.working_days_in_seat > 0
        and rep_months.month >= data_window.first_quota_day

),

calendar_faults as (

    select
        'calendar_missing' as rule,
        'manager' as subject_kind,
        manager_id as subject_id,
        max(week_start) as observed_on,
        count(*) || ' weeks with reports and without a calendar, from ' || min(week_start) as detail,
        count(*) as row_count,
        cast(null as double) as amount
    from manager_weeks
    where meeting_minutes is null
    group by manager_id

),

final as (

    select * from identity_faults
    union all
    select * from assignment_faults
    union all
    select * from quota_faults
    union all
    select * from calendar_faults

)

select * from final
