{#
    Whether a person's verdict on a score agrees with it. Null where the scorer abstained on what the person judged.
    The verdicts: agree and disagree (clicks, the score being seen), met, not_met and not_applicable (blind answers).
#}
{% macro is_agreed(verdict, is_scored_applicable, is_scored_met) -%}
    case
        when {{ verdict }} in ('agree', 'disagree') then {{ verdict }} = 'agree'
        when ({{ verdict }} != 'not_applicable') != {{ is_scored_applicable }} then false
        when {{ verdict }} = 'not_applicable' then true
        when {{ verdict }} = 'met' then {{ is_scored_met }}
        when {{ verdict }} = 'not_met' then not {{ is_scored_met }}
    end
{%- endmacro %}
