{#- A join clause: one row for each element of a JSON array, as JSON text in the column
    named by `alias`; no row where it is no array or no JSON. -#}
{% macro json_elements(expression, alias) -%}
    {{ return(adapter.dispatch('json_elements', 'ott')(expression, alias)) }}
{%- endmacro %}

{% macro default__json_elements(expression, alias) -%}
    cross join unnest(
        case
            when json_type(try_cast({{ expression }} as json)) = 'ARRAY'
                then cast(try_cast({{ expression }} as json) as varchar[])
        end
    ) as {{ alias }}_rows ({{ alias }})
{%- endmacro %}

{% macro postgres__json_elements(expression, alias) -%}
    cross join lateral (
        select cast(element as text) as {{ alias }}

        from jsonb_array_elements(
            case
                when
                    pg_input_is_valid(cast({{ expression }} as text), 'jsonb')
                    then
                        case
                            when jsonb_typeof(cast({{ expression }} as jsonb)) = 'array'
                                then cast({{ expression }} as jsonb)
                        end
            end
        ) as elements (element)
    ) as {{ alias }}_rows
{%- endmacro %}

{% macro spark__json_elements(expression, alias) -%}
    lateral view explode(
        from_json({{ expression }}, 'array<string>')
    ) {{ alias }}_rows as {{ alias }}
{%- endmacro %}
