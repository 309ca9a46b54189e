{#- Whether a raw row is not among the kept ones: whatever came after the newest of them,
    and what nobody knows the time of. -#}
{% macro is_recent(kept) -%}
    received_at is null
    or coalesce(
        received_at > (select max(received_at) from {{ ref(kept) }}), true
    )
{%- endmacro %}


{#- Whether a raw row is to be kept now, in an incremental model of what was received more
    than `late_days` before the build. A replay keeps nothing: its clock is not ours. -#}
{% macro is_to_keep() -%}
    {%- if is_replay() -%}
    1 = 0
    {%- else -%}
    received_at <= {{ dbt.dateadd('day', '-1 * ' ~ var('late_days'), as_of()) }}
        {%- if is_incremental() %}
    and coalesce(received_at > {{ newest_kept() }}, true)
        {%- endif %}
    {%- endif -%}
{%- endmacro %}


{% macro newest_kept() -%}
    (select max(received_at) from {{ this }})
{%- endmacro %}


{#- The ids that an incremental model has already: a whole select. -#}
{% macro ids_kept(id) -%}
    {%- if is_incremental() -%}
    select {{ id }} from {{ this }}
    {%- else -%}
    {{ no_rows([id]) }}
    {%- endif -%}
{%- endmacro %}
