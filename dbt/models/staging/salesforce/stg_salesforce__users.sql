{{ config(materialized="table") }}

-- CRM users, among them those who own deals.
{{ newest_rows(source('lake', 'raw_salesforce__users'), ['id']) }},

final as (

    select
        {{ to_text('id') }} as owner_id,
        {{ to_email('email') }} as email,
        {{ to_text('first_name') }} as first_name,
        {{ to_text('last_name') }} as last_name,
        coalesce({{ to_text('name') }}, trim(concat_ws(' ', {{ to_text('first_name') }}, {{ to_text('last_name') }}))) as full_name,
        not coalesce({{ to_boolean('is_active') }}, true) as is_archived
    from newest

)

select * from final
