-- 1:1s heard: minutes of what was heard, not extended.
with source as (

    select * from {{ source('lake', 'sessions__one_on_ones') }}

),

final as (

    select
        call_id,
        date as call_date,
        session_label,
        coaching_minutes,
        inspection_minutes,
        other_minutes,
        speech_minutes,
        rep_talk_ratio,
        is_action_agreed,
        classifier,
        classifier_version
    from source

)

select * from final
