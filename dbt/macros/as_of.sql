{# The day the numbers are for, as a date literal. The only notion of "today" in this project. #}
{% macro as_of() -%}
    {%- set day = var('as_of') -%}
    {%- if execute and not day -%}
        {{ exceptions.raise_compiler_error("var as_of is required: dbt build --vars '{as_of: 2026-06-30}'") }}
    {%- endif -%}
    cast('{{ day or '1970-01-01' }}' as date)
{%- endmacro %}
