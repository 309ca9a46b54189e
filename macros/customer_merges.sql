{#- Every id of a customer with the id that stands for the person. With `is_live` there
    is no clock: what was received since counts too, and a merge dated ahead; and only
    ids that some version merges, or merges into, are looked at. -#}
{% macro customer_merges(is_live) -%}
{%- set hops = 5 -%}
{%- set merges = ['latest.merged_at'] -%}
{%- for hop in range(1, hops + 1) -%}
    {%- do merges.append('step_' ~ hop ~ '.merged_at') -%}
{%- endfor -%}
{%- set clock = "cast('9999-01-01' as " ~ dbt.type_timestamp() ~ ")"
    if is_live else as_of() -%}
with

customers as (

    select * from {{ ref('stg_crm__customers') }}

    -- An unknown time of receipt never hides an erasure or a merge.
    where coalesce(received_at, {{ clock }}) <= {{ clock }}

),
{% if is_live %}
merging_customers as (

    select * from {{ ref('stg_crm__customers') }}

    where merged_into_customer_id is not null

),

merged_ids as (

    select customer_id from merging_customers

    union all

    select merged_into_customer_id as customer_id from merging_customers

),
{% endif %}
ranked as (

    select
        customer_id,
        -- A merge without a date counts: in doubt it is one person.
        case
            when coalesce(merged_at, {{ clock }}) <= {{ clock }}
                then merged_into_customer_id
        end as next_customer_id,
        coalesce(merged_at, received_at, {{ clock }}) as merged_at,
        row_number() over (
            partition by customer_id
            -- The version received last wins; a merge or an erasure wins a tie. When
            -- an undated one came nobody knows: its merge counts, its silence does not.
            order by
                case
                    when received_at is null and merged_into_customer_id is not null
                        then 0
                    else 1
                end asc,
                received_at desc nulls last,
                coalesce(merged_into_customer_id, '') desc,
                coalesce(cast(erased_at as {{ dbt.type_string() }}), '') desc,
                coalesce(country_code, '') desc,
                coalesce(attributes, '') desc,
                merged_at asc nulls first
        ) as version_rank

    from customers

    where
        customer_id is not null
        {%- if is_live %}
        and customer_id in (select merged_ids.customer_id from merged_ids)
        {%- endif %}

),

latest as (

    select
        customer_id,
        case when next_customer_id is not null then merged_at end as merged_at,
        next_customer_id

    from ranked

    where version_rank = 1

),

walked as (

    select
        latest.customer_id,
        coalesce(
            {%- for hop in range(hops, 0, -1) %}
            step_{{ hop }}.customer_id,
            {%- endfor %}
            latest.customer_id
        ) as last_customer_id,
        case
            {%- for hop in range(hops, 0, -1) %}
            when step_{{ hop }}.customer_id is not null
                then step_{{ hop }}.next_customer_id
            {%- endfor %}
            else latest.next_customer_id
        end as unreached_customer_id,
        {{ latest_of(merges) }} as last_merged_at

    from latest
    {% for hop in range(1, hops + 1) %}
    left join latest as step_{{ hop }}
        on
            {{ 'latest' if hop == 1 else 'step_' ~ (hop - 1) }}.next_customer_id
            = step_{{ hop }}.customer_id
    {% endfor %}
),

final as (

    select
        customer_id,
        -- A cycle, a chain longer than the walk or a missing end leaves every id
        -- on its own, and blocked.
        case
            when unreached_customer_id is null then last_customer_id
            else customer_id
        end as canonical_customer_id,
        unreached_customer_id is null as is_merge_resolved,
        last_merged_at

    from walked

)

select * from final
{%- endmacro %}
