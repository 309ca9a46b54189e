{#- The rows of a team that allow more than their default, in one shape. -#}
{% macro loosened_rows(rule, judged) -%}
    {%- set keys = [] -%}
    {%- for key in rule_keys()[rule] -%}
        {%- do keys.append(
            "coalesce(cast(" ~ key ~ " as " ~ dbt.type_string() ~ "), '')"
        ) -%}
    {%- endfor -%}
    select

        ---------- ids
        '{{ rule }}' as rule,
        {{ keys | join(" || ' ' || ") }} as rule_key,

        ---------- strings
        loosening,
        counsel_reviewed_by,

        ---------- timestamps
        counsel_reviewed_at

    from {{ judged }}

    where loosening is not null
{%- endmacro %}
