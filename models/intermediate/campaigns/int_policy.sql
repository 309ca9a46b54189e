{#- Which rules were in force, as one value. Rows are hashed one by one and put in the
    order of their hashes: the order they are written in makes no difference. -#}
{%- set rules = rule_keys() -%}

with

{% for rule in rules -%}
{{ rule }} as (

    select * from {{ ref(rule) }}

),

{{ rule }}_rows as (

    select
        {{ dbt.hash(rule_text(rule)) | indent(8) }} as row_hash

    from {{ rule }}

),

{% endfor -%}

parts as (

    {% for rule in rules -%}
    select
        '{{ rule }}:' || {{ dbt.listagg(
            'row_hash', "','", 'order by row_hash'
        ) | indent(8) }} as part

    from {{ rule }}_rows

    union all

    {% endfor -%}
    select 'settings:{{ rule_settings() }}' as part

),

hashed as (

    select {{ dbt.hash('part') }} as part_hash

    from parts

    -- A rule without a row.
    where part is not null

),

final as (

    select
        {{ dbt.hash(
            dbt.listagg('part_hash', "','", 'order by part_hash')
        ) | indent(8) }} as policy_hash

    from hashed

)

select * from final
