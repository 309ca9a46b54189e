-- The sync reads `states` as one JSON object of at least one value.

select delivery_key

from {{ all_states() }} as profiles

where
    {{ is_json('states') }} is not true
    or states not like '{"%"}'
