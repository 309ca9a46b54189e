-- No message is lost between decided and its fate, and no part is larger than its
-- whole.

with

results as (

    select * from {{ ref('fct_campaign_results') }}

)

select * from results

where
    decided_count
    != not_tried_count + skipped_count + deferred_count + refused_count
    + unknown_count + accepted_count + held_out_count
    or delivered_count + failed_count > accepted_count
    or read_count > delivered_count
    or customer_count > accepted_count + held_out_count
    or bought_count > customer_count - window_open_count
    or bought_early_count > window_open_count
    or replied_count > customer_count
    or stopped_count > customer_count
