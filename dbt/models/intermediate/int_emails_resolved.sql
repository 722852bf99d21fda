-- One row per e-mail address that belongs to a person: HR's address, then aliases from the seed (which win).
with employees as (

    select * from {{ ref('stg_hr__employees') }}

),

overrides as (

    select * from {{ ref('identity_overrides') }}

),

gathered as (

    select
        email,
        person_id,
        2 as preference
    from employees
    where email is not null
    union all
    select
        lower(source_id) as email,
        'hr:' || employee_id as person_id,
        1 as preference
    from overrides
    where source_system = 'email'

),

final as (

    select
        email,
        person_id
    from gathered
    qualify row_number() over (partition by email order by preference, person_id) = 1

)

select * from final
