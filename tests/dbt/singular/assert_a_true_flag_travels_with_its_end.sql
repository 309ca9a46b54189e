-- A flag that a platform is told is true ends by itself: its end is in the same row,
-- later than the build and no later than the longest we allow.

with

given as (

    select
        profiles.customer_id,
        flags.flag_name,
        {{ try_timestamp(json_text_dynamic(
            'profiles.states', "(flags.flag_name || '_until')"
        )) }} as until_at

    from {{ all_states() }} as profiles

    inner join {{ ref('profile_flags') }} as flags
        on {{ json_text_dynamic('profiles.states', 'flags.flag_name') }} = 'true'

)

select * from given

where
    (
        until_at > {{ as_of() }}
        and until_at <= {{ dbt.dateadd(
            'hour', var('profile_flag_hours'), as_of()
        ) }}
    ) is not true
