{{ config(materialized="table") }}

-- People: the latest row per employee.
{{ newest_rows(source('lake', 'raw_hr__employees'), ['employee_id']) }},

final as (

    select
        'hr:' || trim(employee_id) as person_id,
        {{ to_text('employee_id') }} as employee_id,
        {{ to_email('email') }} as email,
        {{ to_text('full_name') }} as full_name,
        {{ to_text('job_title') }} as job_title,
        lower({{ to_text('role') }}) as hr_role,
        lower({{ to_text('segment') }}) as segment,
        {{ to_text('country') }} as country,
        {{ to_text('time_zone') }} as time_zone,
        {{ to_date('hire_date') }} as hire_date,
        {{ to_date('leave_date') }} as leave_date,
        {{ to_text('leave_reason') }} as leave_reason
    from newest

)

select * from final
