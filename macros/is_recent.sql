{#- Whether a raw row is not among the kept ones: whatever came after the newest of them,
    and what nobody knows the time of. One comparison of one column with one value: DuckDB
    makes it while it reads, and leaves the other columns of older rows unread. -#}
{% macro is_recent(kept) -%}
    coalesce(received_at, cast('9999-12-31' as {{ dbt.type_timestamp() }}))
    > {{ newest_kept(ref(kept)) }}
{%- endmacro %}


{#- Whether a raw row is to be kept now, in an incremental model of what was received more
    than `late_days` before the build. A replay keeps nothing: its clock is not ours. -#}
{% macro is_to_keep() -%}
    {%- if is_replay() -%}
    1 = 0
    {%- else -%}
    received_at <= {{ dbt.dateadd('day', '-1 * ' ~ var('late_days'), as_of()) }}
        {%- if is_incremental() %}
    and received_at > {{ newest_kept(this) }}
        {%- endif %}
    {%- endif -%}
{%- endmacro %}


{#- When the newest kept row was received; long ago, where there is none. -#}
{% macro newest_kept(relation) -%}
    (
        select coalesce(
            max(received_at), cast('0001-01-01' as {{ dbt.type_timestamp() }})
        )
        from {{ relation }}
    )
{%- endmacro %}


{#- The ids that an incremental model has already: a whole select. -#}
{% macro ids_kept(id) -%}
    {%- if is_incremental() -%}
    select {{ id }} from {{ this }}
    {%- else -%}
    {{ no_rows([id]) }}
    {%- endif -%}
{%- endmacro %}
