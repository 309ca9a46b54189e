{#- Whether a list of countries names a country. An empty list names all; a `!` in front
    of the whole list, all but these. An unknown country is in no list. -#}
{% macro is_routed_to(countries, country) -%}
    case
        when coalesce({{ countries }}, '') = '' then true
        when coalesce({{ country }}, '') = '' then false
        when {{ countries }} like '!%'
            then coalesce(
                {{ is_listed(country, "replace(" ~ countries ~ ", '!', '')") }}, false
            ) is false
        else {{ is_listed(country, countries) }}
    end
{%- endmacro %}
