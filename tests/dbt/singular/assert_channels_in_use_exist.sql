-- A channel that is misspelt in the var `channels` is closed to everybody.
-- `message_policies` is named because everything that is sent is made of it: the sync
-- asks for the tests of what a table is made of, and so for this one.
-- depends_on: {{ ref('message_policies') }}

with

in_use as (

    {% for channel in var('channels') or ['nothing'] -%}
    select '{{ channel }}' as channel
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

channels as (

    select * from {{ ref('channels') }}

)

select
    in_use.channel,
    'The var channels names ' || in_use.channel || ', which is no channel. Correct it: '
    || 'the channels are listed in seeds/reference/channels.csv.'
        as problem

from in_use

left join channels
    on in_use.channel = channels.channel

where channels.channel is null
