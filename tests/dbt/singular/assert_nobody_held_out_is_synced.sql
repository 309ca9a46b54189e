-- The draw is made again here, of what leaves, by the salt and the id alone.

with

sent as (

    {% for table in message_tables() -%}
    select
        delivery_key,
        campaign_id,
        customer_id

    from {{ ref('sync_' ~ table) }}
    {{ 'union all' if not loop.last }}

    {% endfor %}
),

campaigns as (

    select * from {{ ref('campaigns') }}

    where
        holdout_percent > 0
        and purpose = 'marketing'

)

select sent.delivery_key

from sent

inner join campaigns
    on sent.campaign_id = campaigns.campaign_id

where
    {{ md5_bucket("coalesce(campaigns.holdout_salt, '') || '|' || sent.customer_id") }}
    < campaigns.holdout_percent * 100
