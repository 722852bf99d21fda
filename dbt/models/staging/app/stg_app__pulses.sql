-- Pulse answers as team × quarter aggregates.
{{ newest_rows(source('lake', 'raw_app__pulses'), ['team_id', 'quarter_start', 'question', 'respondent_kind']) }},

final as (

    select
        {{ to_text('team_id') }} as team_id,
        {{ to_date('quarter_start') }} as quarter_start,
        {{ to_text('question') }} as question,
        lower({{ to_text('respondent_kind') }}) as respondent_kind,
        {{ to_integer('answer_count') }} as answer_count,
        {{ to_number('mean_answer') }} as mean_answer,
        {{ to_number('share_very_good') }} as share_very_good
    from newest

)

select * from final
