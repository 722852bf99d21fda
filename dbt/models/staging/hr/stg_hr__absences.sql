{{ config(materialized="table") }}

-- Leave and other absences.
{{ newest_rows(source('lake', 'raw_hr__absences'), ['employee_id', 'starts_on', 'ends_on', 'kind']) }},

final as (

    select
        'hr:' || trim(employee_id) as person_id,
        {{ to_date('starts_on') }} as starts_on,
        {{ to_date('ends_on') }} as ends_on,
        lower({{ to_text('kind') }}) as absence_kind
    from newest

)

select * from final
