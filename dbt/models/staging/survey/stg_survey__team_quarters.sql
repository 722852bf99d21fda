{{ config(materialized="table") }}

-- Survey answers as team × quarter aggregates.
{{ newest_rows(source('lake', 'raw_survey__team_quarters'), ['team_id', 'quarter_start']) }},

final as (

    select
        {{ to_text('team_id') }} as team_id,
        {{ to_date('quarter_start') }} as quarter_start,
        'hr:' || {{ to_text('leader_employee_id') }} as leader_id,
        {{ to_number('leader_claimed_minutes_per_rep_week') }} as leader_claimed_minutes_per_rep_week,
        {{ to_number('leader_rating') }} as leader_rating,
        {{ to_integer('rep_answer_count') }} as rep_answer_count,
        {{ to_number('rep_reported_minutes_per_week') }} as rep_reported_minutes_per_week,
        {{ to_number('rep_rating') }} as rep_rating,
        {{ to_number('rep_share_very_good') }} as rep_share_very_good,
        {{ to_number('rep_share_below_average') }} as rep_share_below_average
    from newest

)

select * from final
