{#
    Sum that is the same on every build: floating-point sums depend on the order in which threads meet the rows, sums of decimals
    do not. A mart that has not changed must not look changed. `where` narrows the rows, as filter (where …) does.
#}
{% macro exact_sum(expression, where=none, scale=6) -%}
    cast(sum(cast({{ expression }} as decimal(28, {{ scale }}))){% if where %} filter (where {{ where }}){% endif %} as double)
{%- endmacro %}

{# Mean on the same terms, over the rows where the expression is not null. #}
{% macro exact_mean(expression, where=none, scale=6) -%}
    {{ exact_sum(expression, where, scale) }} / nullif(count({{ expression }}){% if where %} filter (where {{ where }}){% endif %}, 0)
{%- endmacro %}

{# Ends of the Wilson score interval for a share; n may be an effective (not whole) number. Null if n is 0. #}

{% macro wilson_low(share, n, z=1.959963984540054) -%}
    greatest(0, (
        {{ share }} + {{ z * z }} / (2 * nullif({{ n }}, 0))
        - {{ z }} * sqrt({{ share }} * (1 - {{ share }}) / nullif({{ n }}, 0) + {{ z * z }} / (4 * nullif({{ n }}, 0) * {{ n }}))
    ) / (1 + {{ z * z }} / nullif({{ n }}, 0)))
{%- endmacro %}

{% macro wilson_high(share, n, z=1.959963984540054) -%}
    least(1, (
        {{ share }} + {{ z * z }} / (2 * nullif({{ n }}, 0))
        + {{ z }} * sqrt({{ share }} * (1 - {{ share }}) / nullif({{ n }}, 0) + {{ z * z }} / (4 * nullif({{ n }}, 0) * {{ n }}))
    ) / (1 + {{ z * z }} / nullif({{ n }}, 0)))
{%- endmacro %}

{#
    Design effect of a share with clusters: variance of the share from cluster totals of residuals (with the small-sample factor
    C / (C − 1)) over that of independent rows; at least 1. An aggregate over one row per cluster.

    residual_sum: Σ (hit − share) in the cluster; independent_variance_sum: Σ share · (1 − share) over its rows.
    Null with fewer than two clusters or where every share is 0 or 1.
#}
{% macro design_effect(residual_sum, independent_variance_sum) -%}
    greatest(
        1,
        (count(*) / nullif(count(*) - 1.0, 0))
        * {{ exact_sum(residual_sum ~ ' * ' ~ residual_sum, scale=9) }}
        / nullif({{ exact_sum(independent_variance_sum, scale=9) }}, 0)
    )
{%- endmacro %}
