{#
    Whether a person's verdict on a score agrees with it. Null where the scorer abstained on what the person judged.
    The verdicts: agree and disagree (clicks, the score being seen), met, not_met and not_applicable (blind answers).
#}
{% macro is_agreed(verdict, is_scored_applicable, is_scored_met) -%}
    case {{ verdict }}
        when 'agree' then true
        when 'disagree' then false
        when 'not_applicable' then not {{ is_scored_applicable }}
        when 'met' then {{ is_scored_applicable }} and {{ is_scored_met }}
        when 'not_met' then {{ is_scored_applicable }} and not {{ is_scored_met }}
    end
{%- endmacro %}
