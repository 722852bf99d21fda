{{ config(materialized="table") }}

-- Who worked where under whom, as HR wrote it (it may overlap).
{{ newest_rows(source('lake', 'raw_hr__assignments'), ['employee_id', 'valid_from', 'manager_employee_id', 'team_id']) }},

final as (

    select
        'hr:' || trim(employee_id) as person_id,
        'hr:' || {{ to_text('manager_employee_id') }} as manager_id,
        {{ to_text('team_id') }} as team_id,
        {{ to_text('team_name') }} as team_name,
        lower({{ to_text('segment') }}) as segment,
        {{ to_text('job_title') }} as job_title,
        {{ to_date('valid_from') }} as valid_from,
        {{ to_date('valid_to') }} as valid_to,
        {{ to_text('change_reason') }} as change_reason,
        _source_file as source_file,
        _source_row as source_row,
        try_cast(_dlt_load_id as double) as load_order
    from newest

)

select * from final
