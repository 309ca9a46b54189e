-- A campaign that would reach nobody, or somebody else, without a word.
-- `campaigns` is named because everything that is sent is made of it: the sync asks for
-- the tests of what a table is made of, and so for this one.
-- depends_on: {{ ref('campaigns') }}

select
    campaign_id,
    problem

from {{ ref('int_campaign_mistakes') }}
