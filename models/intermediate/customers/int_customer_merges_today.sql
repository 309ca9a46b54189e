{#- The same without `as_of`: `sync_stops` asks who is who while messages go out. -#}
{{ config(materialized=view_or_table()) }}

{{ customer_merges(is_live=true) }}
