{#- Whether the team has a channel; a var that is no list stops the build. -#}
{% macro has_channel(channel) -%}
    {%- set channels = var('channels') -%}
    {%- if channels is string or channels is mapping or channels is not iterable -%}
        {{ exceptions.raise_compiler_error(
            'The var channels is a list, as [whatsapp, line], and not ' ~ channels
        ) }}
    {%- endif -%}
    {{ return(channel in channels) }}
{%- endmacro %}
