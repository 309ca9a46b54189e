{#- The value as boolean, from text or a typed column; null where it is neither a yes
    nor a no. The words are listed because each engine knows others. What another project
    calls names our macros in full. -#}
{% macro try_boolean(expression) -%}
    case lower({{ ott.trimmed(
            "cast(" ~ expression ~ " as " ~ dbt.type_string() ~ ")"
        ) }})
        {%- for word in ['true', 't', 'yes', 'y', 'on', '1', '1.0'] %}
        when '{{ word }}' then true
        {%- endfor %}
        {%- for word in ['false', 'f', 'no', 'n', 'off', '0', '0.0'] %}
        when '{{ word }}' then false
        {%- endfor %}
    end
{%- endmacro %}
