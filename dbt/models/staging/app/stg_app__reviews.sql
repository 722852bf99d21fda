{{ config(materialized="table") }}

-- People's reviews of scores.
{{ newest_rows(source('lake', 'raw_app__reviews'), ['review_id'], 'reviewed_at') }},

final as (

    select
        {{ to_text('review_id') }} as review_id,
        {{ to_text('call_id') }} as call_id,
        {{ to_text('behaviour_id') }} as behaviour_id,
        {{ to_text('rubric_id') }} as rubric_id,
        {{ to_integer('rubric_version') }} as rubric_version,
        {{ to_email('reviewer_email') }} as reviewer_email,
        lower({{ to_text('verdict') }}) as verdict,
        {{ to_text('note') }} as note,
        {{ to_timestamp_utc('reviewed_at') }} as reviewed_at,
        coalesce({{ to_boolean('is_blind') }}, false) as is_blind,
        lower({{ to_text('sampled_by') }}) as sampled_by
    from newest

)

select * from final
