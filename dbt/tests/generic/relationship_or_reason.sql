{# Every row points at an existing row of `to`, or says in `reason_column` why it does not. Neither and both are faults. #}
{% test relationship_or_reason(model, column_name, to, field, reason_column) %}
select
    child.{{ column_name }},
    child.{{ reason_column }}
from {{ model }} as child
left join {{ to }} as parent on child.{{ column_name }} = parent.{{ field }}
where (parent.{{ field }} is null and child.{{ reason_column }} is null)
    or (child.{{ column_name }} is not null and parent.{{ field }} is null)
{% endtest %}
