{% macro first_closed_gate(gates) -%}
    case
        {%- for gate, reason in gates %}
        when {{ gate }} is not true then '{{ reason }}'
        {%- endfor %}
        else 'sendable'
    end
{%- endmacro %}
