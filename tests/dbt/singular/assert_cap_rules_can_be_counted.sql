-- A limit of nothing, or in no time, closes or opens for everybody.

select
    rule_id,
    'The row ' || rule_id || ' of cap_rules counts nothing. Give it a window_length '
    || 'and max_messages of 1 or more.' as problem

from {{ ref('cap_rules') }}

where
    (window_length >= 1) is not true
    or (max_messages >= 1) is not true
