{# Values that are known lie between two bounds, both included. `slack` allows for rounding and says how much. #}
{% test accepted_range(model, column_name, min_value=none, max_value=none, slack=0) %}
select {{ column_name }}
from {{ model }}
where false
{% if min_value is not none %}
    or {{ column_name }} < {{ min_value }} - {{ slack }}
{% endif %}
{% if max_value is not none %}
    or {{ column_name }} > {{ max_value }} + {{ slack }}
{% endif %}
{% endtest %}
