{#- The rows of a rule in force: the defaults, a team's own rows in their place. -#}
{% macro with_overrides(rule) -%}
with

defaults as (

    select * from {{ ref(rule ~ '_defaults') }}

),

overrides as (

    select * from {{ ref(rule ~ '_overrides') }}

),

final as (

    select
        defaults.{{ rule_columns(rule) | join(', defaults.') }}

    from defaults

    where not exists (

        select 1

        from overrides

        where {{ is_same_rule(rule, 'defaults', 'overrides') | indent(8) }}

    )

    union all

    select
        overrides.{{ rule_columns(rule) | join(', overrides.') }}

    from overrides

    where overrides.is_active is not false

)

select * from final
{%- endmacro %}
