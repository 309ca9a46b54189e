{#- A join clause: one row for each element of a JSON array, as JSON text in the column
    named by `alias`; no row where it is no array or no JSON. -#}
{% macro json_elements(expression, alias) -%}
    {{ return(adapter.dispatch('json_elements', 'ott')(expression, alias)) }}
{%- endmacro %}

{% macro default__json_elements(expression, alias) -%}
    cross join unnest({{ json_list(expression) }}) as {{ alias }}_rows ({{ alias }})
{%- endmacro %}

{#- On DuckDB; by way of json[], so that strings keep their quotation marks, as elsewhere. -#}
{% macro json_list(expression) -%}
    list_transform(
        cast(json_extract(try_cast({{ expression }} as json), '$[*]') as varchar[]),
        lambda element: nullif(element, 'null')
    )
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

{% macro snowflake__json_elements(expression, alias) -%}
    cross join lateral (
        select nullif(to_json(elements.value), 'null') as {{ alias }}

        from table(flatten(input => case
            when is_array(try_parse_json({{ expression }}))
                then try_parse_json({{ expression }})
        end)) as elements
    ) as {{ alias }}_rows
{%- endmacro %}

{% macro bigquery__json_elements(expression, alias) -%}
    cross join unnest(array(
        select nullif(element, 'null')

        from unnest(json_query_array(to_json_string(
            {{ bigquery_parsed_json(expression) }}
        ), '$')) as element
    )) as {{ alias }}
{%- endmacro %}

{% macro trino__json_elements(expression, alias) -%}
    cross join unnest(transform(
        try(cast(json_parse({{ expression }}) as array(json))),
        element -> nullif(json_format(element), 'null')
    )) as {{ alias }}_rows ({{ alias }})
{%- endmacro %}

{#- A `super`, since Redshift takes no list apart but one; `json_element` makes it text. -#}
{% macro redshift__json_elements(expression, alias) -%}
    , unnest(json_parse(
        case when is_valid_json_array({{ expression }}) then {{ expression }} end
    )) as {{ alias }}_rows ({{ alias }})
{%- endmacro %}

{#- The element as JSON text, in the select that the clause above is in. -#}
{% macro json_element(alias, as_column=false) -%}
    {{ return(adapter.dispatch('json_element', 'ott')(alias, as_column)) }}
{%- endmacro %}

{% macro default__json_element(alias, as_column) -%}
    {{ return(alias) }}
{%- endmacro %}

{% macro redshift__json_element(alias, as_column) -%}
    nullif(json_serialize({{ alias }}), 'null')
    {{- ' as ' ~ alias if as_column }}
{%- endmacro %}

{#- A whole select: the columns of a relation beside one row for each element of a JSON
    array of it, named by `alias`, where the condition is true. -#}
{% macro json_unnested(columns, relation, expression, alias, condition) -%}
    {{ return(adapter.dispatch('json_unnested', 'ott')(
        columns, relation, expression, alias, condition
    )) }}
{%- endmacro %}

{% macro default__json_unnested(columns, relation, expression, alias, condition) -%}
    select
        {{ columns | join(', ') }},
        {{ json_element(alias, as_column=true) }}

    from {{ relation }}

    {{ json_elements(expression, alias) }}

    where {{ condition }}
{%- endmacro %}

{#- As a join DuckDB would look each row up again by its whole text. -#}
{% macro duckdb__json_unnested(columns, relation, expression, alias, condition) -%}
    select
        {{ columns | join(', ') }},
        unnest({{ json_list(expression) }}) as {{ alias }}

    from {{ relation }}

    where {{ condition }}
{%- endmacro %}
