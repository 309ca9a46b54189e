-- A row of a team's own that names no country, channel or time of day holds for nobody.
-- `message_policies` is named because everything that is sent is made of it: the sync
-- asks for the tests of what a table is made of, and so for this one.
-- depends_on: {{ ref('message_policies') }}

select
    seed_name,
    named,
    problem

from {{ ref('unheld_overrides') }}
