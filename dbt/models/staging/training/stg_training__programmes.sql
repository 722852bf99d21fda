-- Programmes by team and first day.
{{ newest_rows(source('lake', 'raw_training__programmes'), ['programme_id', 'team_id']) }},

final as (

    select
        {{ to_text('programme_id') }} as programme_id,
        {{ to_text('name') }} as programme_name,
        {{ to_text('kind') }} as kind,
        {{ to_text('team_id') }} as team_id,
        {{ to_date('starts_on') }} as starts_on
    from newest

)

select * from final
