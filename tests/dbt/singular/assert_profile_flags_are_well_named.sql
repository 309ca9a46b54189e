-- A flag's name is one of ours (`ott_...`, so no attribute of the platform's own is
-- written over), is not the name of what stands beside another flag, and its audience
-- exists.

select
    flag_name,
    audience

from {{ ref('profile_flags') }}

where
    {{ regexp_like('flag_name', '^ott_[a-z0-9_]{1,60}$') }} is not true
    or {{ regexp_like('flag_name', '_(until|reason)$') }}
    or coalesce(audience, '{{ var("audiences")[0] }}') not in (
        {%- for audience in var('audiences') %}
        '{{ audience }}'{{ ',' if not loop.last }}
        {%- endfor %}
    )
