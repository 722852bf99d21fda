{#
    A measure summed over this model equals that of `parent`, by the `by` columns (whole tables without them).
    `tolerance` is in the measure's unit: money and minutes are added as decimals of six places.
#}
{% test sums_to_parent(model, column_name, parent, parent_column, by=[], tolerance=0.01, where='true', parent_where='true') %}
with child as (

    select
        {% for column in by %}{{ column }},{% endfor %}
        sum({{ column_name }}) as total
    from {{ model }}
    where {{ where }}
    {% if by %}group by {{ by | join(', ') }}{% endif %}

),

parent as (

    select
        {% for column in by %}{{ column }},{% endfor %}
        sum({{ parent_column }}) as total
    from {{ parent }}
    where {{ parent_where }}
    {% if by %}group by {{ by | join(', ') }}{% endif %}

)

select
    child.total as child_total,
    parent.total as parent_total
from child
full outer join parent
    on true
    {% for column in by %} and child.{{ column }} = parent.{{ column }}{% endfor %}
where abs(coalesce(child.total, 0) - coalesce(parent.total, 0)) > {{ tolerance }}
{% endtest %}
