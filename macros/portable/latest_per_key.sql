{#- One row of a relation for each key: the first in the order given, which must be
    total. Every caller says in a comment who wins a tie. -#}
{% macro latest_per_key(relation, keys, order_by) -%}
    select * from (
        select
            {{ relation }}.*,
            row_number() over (
                partition by {{ keys | join(', ') }}
                order by {{ order_by | join(', ') }}
            ) as key_rank

        from {{ relation }}
    ) as ranked

    where key_rank = 1
{%- endmacro %}
