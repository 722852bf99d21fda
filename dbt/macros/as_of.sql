{#
    The day the numbers are for, as a date literal. The only notion of "today" in this project.

    From the environment, and asked for only when SQL is written: what dbt keeps of a parsed project stays good for the next day,
    and with `--vars` it would be parsed anew each time. A var of that name wins, for unit tests and for whoever runs dbt by hand.
#}
{% macro as_of() -%}
    {%- set day = var('as_of') or (env_var('SIDELINE_AS_OF', '') if execute) -%}
    {%- if execute and not day -%}
        {{ exceptions.raise_compiler_error("no day to build for: SIDELINE_AS_OF=2026-06-30 dbt build, or --vars '{as_of: 2026-06-30}'") }}
    {%- endif -%}
    cast('{{ day or '1970-01-01' }}' as date)
{%- endmacro %}
