-- Who may be messaged by a destination that has no send table gets nothing: a warning,
-- for whoever wrote the campaign.
{{ config(severity='warn') }}

select
    campaign_id,
    channel,
    destination,
    count(*) as decided_rows

from {{ ref('fct_campaign_decisions') }}

where
    is_sendable
    and coalesce(
        destination not in (
            {%- for name in send_tables() %}
            '{{ name }}'{{ ',' if not loop.last }}
            {%- endfor %}
        ),
        true
    )

group by
    campaign_id,
    channel,
    destination
