-- One row per CRM owner or recorder user: the person it is (by override, then by e-mail), or by name a candidate to review.
with owners as (

    select * from {{ ref('int_owners_gathered') }}

),

recorder_users as (

    select * from {{ ref('stg_gong__users') }}

),

employees as (

    select * from {{ ref('stg_hr__employees') }}

),

emails as (

    select * from {{ ref('int_emails_resolved') }}

),

overrides as (

    select * from {{ ref('identity_overrides') }}

),

gathered as (

    select
        source_system,
        owner_id as source_id,
        email,
        full_name
    from owners
    union all
    select
        'gong' as source_system,
        user_id,
        email,
        full_name
    from recorder_users

),

names_counted as (

    select
        lower(full_name) as name_key,
        min(person_id) as person_id,
        count(*) as person_count
    from employees
    where full_name is not null
    group by lower(full_name)

),

final as (

    select
        gathered.source_system,
        gathered.source_id,
        gathered.email,
        gathered.full_name,
        coalesce('hr:' || overrides.employee_id, emails.person_id) as person_id,
        case
            when overrides.employee_id is not null then 'override'
            when emails.person_id is not null then 'email'
        end as match_rule,
        -- Never used as a match: a name is not an identity. Shown in the data-quality mart for a person to decide.
        case
            when overrides.employee_id is null and emails.person_id is null and names_counted.person_count = 1
                then names_counted.person_id
        end as candidate_person_id
    from gathered
    left join overrides
        on gathered.source_system = overrides.source_system
        and gathered.source_id = overrides.source_id
    left join emails on gathered.email = emails.email
    left join names_counted on lower(gathered.full_name) = names_counted.name_key

)

select * from final
