{#- When a stop was said; with no date, or one that cannot be, when we heard of it (R3). -#}
{% macro stop_counts_from(said_at, received_at) -%}
    case
        when {{ can_be_its_date(said_at, received_at) | indent(8) }} then {{ said_at }}
        else coalesce({{ received_at }}, {{ as_of() }})
    end
{%- endmacro %}

{#- Nobody writes before 2000, or a day after we heard of it. -#}
{% macro can_be_its_date(said_at, received_at) -%}
    (
        {{ said_at }} >= cast('2000-01-01' as {{ dbt.type_timestamp() }})
        and {{ said_at }}
        < {{ dbt.dateadd('day', 1, 'coalesce(' ~ received_at ~ ', ' ~ as_of() ~ ')') }}
    )
{%- endmacro %}
