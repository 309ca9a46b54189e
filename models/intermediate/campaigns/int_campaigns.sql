with

campaigns as (

    select * from {{ ref('campaigns') }}

),

timed as (

    select
        *,
        {{ trimmed(
            "coalesce(cast(starts_at as " ~ dbt.type_string() ~ "), '')"
        ) }} as starts_text,
        {{ trimmed(
            "coalesce(cast(ends_at as " ~ dbt.type_string() ~ "), '')"
        ) }} as ends_text,
        {{ try_timestamp('starts_at') | indent(8) }} as begins_at,
        {{ try_timestamp('ends_at') | indent(8) }} as over_at

    from campaigns

),

judged as (

    select
        *,
        (begins_at is null and starts_text != '')
        or (over_at is null and ends_text != '') as has_unread_time

    from timed

),

final as (

    select

        ---------- ids
        campaign_id,

        ---------- strings
        audience,
        purpose,
        repeats,
        holdout_salt,

        ---------- numbers
        priority,
        cooldown_days,
        min_score,
        holdout_percent,
        max_recipients,
        max_steps,

        ---------- booleans
        has_unread_time,

        ---------- timestamps
        -- One whose end nobody can read does not begin.
        case when has_unread_time is false then begins_at end as starts_at,
        over_at as ends_at

    from judged

)

select * from final
