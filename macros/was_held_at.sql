{#- Whether an address was somebody's at an instant, or is theirs now; in doubt it was. -#}
{% macro was_held_at(holders, instant) -%}
    (
        {{ holders }}.is_current
        or (
            coalesce({{ instant }} < {{ holders }}.held_to, true)
            and coalesce({{ holders }}.held_from <= {{ instant }}, true)
        )
    )
{%- endmacro %}
