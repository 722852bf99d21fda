{#
    Text as sources give it → typed values. Unreadable text becomes null (staging keeps the text beside it where a number
    is at stake, so that the fault can be counted). Engine-specific SQL of this project lives here and in engine.sql.
#}

{% macro to_text(column) -%}
    nullif(trim({{ column }}), '')
{%- endmacro %}

{# 1,234.50 and "1 234" are read; a comma as decimal sign is not (exports are expected in the API's notation). #}
{% macro to_number(column) -%}
    try_cast(replace(replace(trim({{ column }}), ',', ''), ' ', '') as double)
{%- endmacro %}

{% macro to_integer(column) -%}
    try_cast({{ to_number(column) }} as bigint)
{%- endmacro %}

{% macro to_boolean(column) -%}
    case
        when lower(trim({{ column }})) in ('true', 't', 'yes', 'y', '1') then true
        when lower(trim({{ column }})) in ('false', 'f', 'no', 'n', '0') then false
    end
{%- endmacro %}

{#
    ISO 8601 with or without offset (without: UTC), or milliseconds since 1970. Result: timestamp in UTC. What the APIs send
    ends in Z and is read in a tenth of the time of the rest; the plain cast would ignore any other offset.
#}
{% macro to_timestamp_utc(column) -%}
    coalesce(
        case when trim({{ column }}) like '%Z' then try_cast(trim({{ column }}) as timestamp) end,
        case
            when regexp_full_match(trim({{ column }}), '[0-9]{11,14}') then epoch_ms(try_cast(trim({{ column }}) as bigint))
            else cast(try_cast(trim({{ column }}) as timestamptz) as timestamp)
        end
    )
{%- endmacro %}

{# The UTC date of an ISO date, an ISO time or milliseconds since 1970. #}
{% macro to_date(column) -%}
    cast({{ to_timestamp_utc(column) }} as date)
{%- endmacro %}

{% macro to_email(column) -%}
    nullif(lower(trim({{ column }})), '')
{%- endmacro %}

{# The host of a web address, without www. #}
{% macro to_domain(column) -%}
    nullif(regexp_extract(lower(trim({{ column }})), '^(?:[a-z]+://)?(?:www[.])?([^/:?#]+)', 1), '')
{%- endmacro %}
