{#- A join clause: one row for each element of a JSON array, as JSON text in the column
    named by `alias`; no row where it is no array or no JSON. -#}
{% macro json_elements(expression, alias) -%}
    {{ return(adapter.dispatch('json_elements', 'ott')(expression, alias)) }}
{%- endmacro %}

{% macro default__json_elements(expression, alias) -%}
    cross join unnest(
        case
            when json_type(try_cast({{ expression }} as json)) = 'ARRAY'
                {#- By way of json[]: strings keep their quotation marks, as elsewhere. #}
                then cast(cast(try_cast({{ expression }} as json) as json[]) as varchar[])
        end
    ) as {{ alias }}_rows ({{ alias }})
{%- endmacro %}

{% macro postgres__json_elements(expression, alias) -%}
    cross join lateral (
        select nullif(cast(element as text), 'null') as {{ alias }}

        from jsonb_array_elements(
            case
                when jsonb_typeof({{ valid_jsonb(expression) }}) = 'array'
                    then {{ valid_jsonb(expression) }}
            end
        ) as elements (element)
    ) as {{ alias }}_rows
{%- endmacro %}

{% macro spark__json_elements(expression, alias) -%}
    {#- `from_json` would take the quotation marks off texts. -#}
    lateral view explode(transform(
        try_variant_get(
            try_parse_json({{ spark_valid_json(expression) }}), '$', 'array<variant>'
        ),
        element -> nullif(to_json(element), 'null')
    )) {{ alias }}_rows as {{ alias }}
{%- endmacro %}
