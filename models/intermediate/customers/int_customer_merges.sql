{{ customer_merges(is_live=false) }}
