-- A limit of nothing, or in no time, closes or opens for everybody.

select rule_id

from {{ ref('cap_rules') }}

where
    (window_length >= 1) is not true
    or (max_messages >= 1) is not true
