with rep_quarters as (

    select * from {{ ref('fct_rep_quarters') }}
    where is_complete and attainment is not null

),

quarters as (

    select
        period_start,
        period_end,
        row_number() over (order by period_start desc) as recency
    from {{ ref('dim_periods') }}
    where period_kind = 'quarter' and is_complete

),

cadence_bands as (

    select * from {{ ref('cadence_bands') }}

),

windows as (

    select
        'last_quarter' as window_name,
        min(period_start) as window_start,
        max(period_end) as window_end
    from quarters
    where recency = 1
    having count(*) > 0
    union all
    select
        'last_4_quarters' as window_name,
        min(period_start) as window_start,
        max(period_end) as window_end
    from quarters
    where recency <= 4
    having count(*) > 0

),

banded as (

    {% for kind in ['true', 'calendar'] %}
        select
            windows.window_name,
            windows.window_start,
            windows.window_end,
            '{{ kind }}' as cadence_kind,
            coalesce(rep_quarters.{{ kind }}_cadence_band, 'unknown') as cadence_band,
            rep_quarters.rep_id,
            coalesce(rep_quarters.manager_id, rep_quarters.rep_id) as cluster_id,
            rep_quarters.manager_id,
            rep_quarters.attainment,
            cast(rep_quarters.is_at_quota as integer) as hit
        from windows
        inner join rep_quarters on rep_quarters.quarter_start between windows.window_start and windows.window_end
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

counted as (

    select
        window_name,
        window_start,
        window_end,
        cadence_kind,
        cadence_band,
        count(*) as rep_quarters_count,
        count(distinct rep_id) as reps_count,
        count(distinct manager_id) as managers_count,
        sum(hit) as at_quota_count,
        cast(sum(hit) as double) / count(*) as share_at_quota,
        {{ exact_mean('attainment', scale=9) }} as mean_attainment
    from banded
    group by window_name, window_start, window_end, cadence_kind, cadence_band

),

clusters_summed as (

    select
        banded.window_name,
        banded.cadence_kind,
        banded.cadence_band,
        banded.cluster_id,
        {{ exact_sum('banded.hit - counted.share_at_quota', scale=9) }} as residual_sum,
        {{ exact_sum('counted.share_at_quota * (1 - counted.share_at_quota)', scale=9) }} as independent_variance_sum
    from banded
    inner join counted
        on banded.window_name = counted.window_name
        and banded.cadence_kind = counted.cadence_kind
        and banded.cadence_band = counted.cadence_band
    group by banded.window_name, banded.cadence_kind, banded.cadence_band, banded.cluster_id

),

design_effects as (

    select
        window_name,
        cadence_kind,
        coalesce({{ design_effect('residual_sum', 'independent_variance_sum') }}, 1) as design_effect
    from clusters_summed
    group by window_name, cadence_kind

),

final as (

    select
        counted.window_name,
        counted.cadence_kind,
        counted.cadence_band,
        case counted.cadence_band
            when 'none' then 5
            when 'unknown' then 6
            else cadence_bands.band_order
        end as band_order,
        counted.window_start,
        counted.window_end,
        counted.rep_quarters_count,
        counted.reps_count,
        counted.managers_count,
        cast(counted.at_quota_count as bigint) as at_quota_count,
        counted.share_at_quota,
        counted.mean_attainment,
        cast(design_effects.design_effect as double) as design_effect,
        cast(counted.rep_quarters_count / design_effects.design_effect as double) as effective_count,
        round({{ wilson_low(
            'counted.share_at_quota', '(counted.rep_quarters_count / design_effects.design_effect)'
        ) }}, 9) as share_low,
        round({{ wilson_high(
            'counted.share_at_quota', '(counted.rep_quarters_count / design_effects.design_effect)'
        ) }}, 9) as share_high,
        'descriptive' as identification
    from counted
    inner join design_effects
        on counted.window_name = design_effects.window_name
        and counted.cadence_kind = design_effects.cadence_kind
    left join cadence_bands on counted.cadence_band = cadence_bands.cadence_band

)

select * from final
