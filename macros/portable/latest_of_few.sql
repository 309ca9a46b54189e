{#- As `latest_per_key`, where few keys have more than one row. -#}
{% macro latest_of_few(relation, keys, order_by) -%}
    {{ return(adapter.dispatch('latest_of_few', 'ott')(relation, keys, order_by)) }}
{%- endmacro %}

{#- A CTE that is named three times is read, or written down, three times elsewhere. -#}
{% macro default__latest_of_few(relation, keys, order_by) -%}
    {{ latest_per_key(relation, keys, order_by) }}
{%- endmacro %}

{#- Only those are sorted: a third of what it costs to sort all. -#}
{% macro duckdb__latest_of_few(relation, keys, order_by) -%}
    {%- set alike = [] -%}
    {%- for key in keys -%}
        {%- do alike.append(
            relation ~ '.' ~ key ~ ' is not distinct from repeated.' ~ key
        ) -%}
    {%- endfor -%}
    with repeated as (
        select {{ keys | join(', ') }}

        from {{ relation }}

        group by {{ keys | join(', ') }}

        having count(*) > 1
    ),

    several as (
        select {{ relation }}.* from {{ relation }}

        semi join repeated
            on {{ alike | join(' and ') }}
    )

    select
        {{ relation }}.*,
        1 as key_rank

    from {{ relation }}

    anti join repeated
        on {{ alike | join(' and ') }}

    union all

    {{ latest_per_key('several', keys, order_by) | indent }}
{%- endmacro %}
