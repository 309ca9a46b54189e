{#- Which versions of a do-not-contact entry count, in the build and while sending: 1. The
    version received last wins, each of those that came at once. When an undated one came
    nobody knows: it may block, it never opens. -#}
{% macro entry_version_rank() -%}
    rank() over (
        partition by
            customer_id,
            suppression_id,
            case when received_at is null then 1 else 0 end
        order by received_at desc
    )
{%- endmacro %}
