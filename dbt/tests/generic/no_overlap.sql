{#
    Periods of validity of one key never overlap; with allow_gaps=false they also leave no day out. Last days are inclusive, a null
    last day is open.
#}
{% test no_overlap(model, key, from_column, to_column, allow_gaps=true) %}
with ordered as (

    select
        {{ key }},
        {{ from_column }},
        {{ to_column }},
        lead({{ from_column }}) over (partition by {{ key }} order by {{ from_column }}) as next_from
    from {{ model }}

)

select *
from ordered
where {{ to_column }} < {{ from_column }}
    or (next_from is not null and ({{ to_column }} is null or {{ to_column }} >= next_from))
{% if not allow_gaps %}
    or (next_from is not null and {{ to_column }} < next_from - 1)
{% endif %}
{% endtest %}
