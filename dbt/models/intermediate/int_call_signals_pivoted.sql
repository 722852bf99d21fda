-- One row per call with signals: one column a signal.
{% set signals = [
    'talk_ratio', 'talk_ratio_total', 'longest_monologue_seconds', 'longest_customer_story_seconds', 'switches_per_minute',
    'patience_seconds', 'question_count', 'questions_per_hour', 'open_question_share', 'interruptions_per_hour',
    'words_per_minute', 'filler_rate', 'customer_speech_share_first_third', 'price_mention_minute', 'next_step_minute',
] %}
with signals as (

    select * from {{ ref('stg_signals__calls') }}

),

final as (

    select
        call_id,
        {% for signal in signals %}
        max(case when signal = '{{ signal }}' then signal_value end) as {{ signal }}{{ ',' if not loop.last }}
        {% endfor %}
    from signals
    group by call_id

)

select * from final
