{#- The instant everything is judged at. Engines read more than one form, each something
    else, and PostgreSQL words such as `yesterday`: so the form is looked at here. -#}
{% macro as_of() -%}
    {%- set given = var('as_of') -%}
    {%- set moment = (given | string) | replace('T', ' ') | replace('Z', '') -%}
    {%- if given == '' -%}
        {%- set moment = run_started_at.strftime('%Y-%m-%d %H:%M:%S') -%}
    {%- elif not modules.re.match(
        '[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])'
        ~ '( ([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?)?$', moment
    ) -%}
        {{ exceptions.raise_compiler_error(
            'The var as_of is YYYY-MM-DD HH:MM:SS in UTC, and not ' ~ given
        ) }}
    {%- endif -%}
    cast('{{ moment }}' as {{ dbt.type_timestamp() }})
{%- endmacro %}
