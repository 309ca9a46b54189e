-- A team's row that allows more than a law or a platform does was looked at.
-- `message_policies` is named because everything that is sent is made of it: the sync
-- asks for the tests of what a table is made of, and so for this one.
-- depends_on: {{ ref('message_policies') }}

with

loosened as (

    select * from {{ ref('loosened_rules') }}

)

select
    rule,
    rule_key,
    problem

from loosened

where is_reviewed is not true
