{#- The same without `as_of`, of those that were ever merged: `sync_stops` asks who is
    who while messages go out. -#}
{{ config(materialized=view_or_table()) }}

{{ customer_merges(is_live=true) }}
