{% macro all_closed_gates(gates) -%}
    replace(
        trim(
            {%- for gate, reason in gates %}
            case when {{ gate }} is not true then '{{ reason }} ' else '' end
            {{- ' ||' if not loop.last }}
            {%- endfor %}
        ),
        ' ',
        ','
    )
{%- endmacro %}
