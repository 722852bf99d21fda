{# The signals of METRICS, in the order of the columns of fct_calls: the one list behind the pivot and the mart. #}
{% macro call_signals() -%}
    {{ return([
        'talk_ratio', 'talk_ratio_total', 'longest_monologue_seconds', 'longest_customer_story_seconds', 'switches_per_minute',
        'patience_seconds', 'question_count', 'questions_per_hour', 'open_question_share', 'interruptions_per_hour',
        'words_per_minute', 'filler_rate', 'customer_speech_share_first_third', 'price_mention_minute', 'next_step_minute',
    ]) }}
{%- endmacro %}

{# One aggregate a signal, for rows that name the signal in `signal` and hold its value in `signal_value`. #}
{% macro pivoted_signals() -%}
    {%- for signal in call_signals() -%}
        max(case when signal = '{{ signal }}' then signal_value end) as {{ signal }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# The columns of the pivot under a table's alias. #}
{% macro signal_columns(alias) -%}
    {%- for signal in call_signals() -%}
        {{ alias }}.{{ signal }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
