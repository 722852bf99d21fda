-- Trainings people took.
{{ newest_rows(source('lake', 'raw_training__events'), ['training_id', 'employee_id']) }},

final as (

    select
        {{ to_text('training_id') }} as training_id,
        'hr:' || trim(employee_id) as person_id,
        {{ to_text('behaviour_id') }} as behaviour_id,
        {{ to_text('title') }} as title,
        {{ to_text('kind') }} as kind,
        {{ to_date('trained_on') }} as trained_on
    from newest

)

select * from final
