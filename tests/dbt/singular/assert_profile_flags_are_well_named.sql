-- A flag's name is one of ours (`ott_...`, so no attribute of the platform's own is
-- written over), is not the name of what stands beside another flag, and its audience
-- exists.

select
    flag_name,
    audience,
    'The flag ' || flag_name || ' of profile_flags.csv is not ott_ and small letters, '
    || 'ends in _until or _reason, or names an audience that is none of the var '
    || 'audiences. Correct it.' as problem

from {{ ref('profile_flags') }}

where
    {{ regexp_like('flag_name', '^ott_[a-z0-9_]{1,60}$') }} is not true
    or {{ regexp_like('flag_name', '_(until|reason)$') }}
    or coalesce(audience, '{{ var("audiences")[0] }}') not in (
        {%- for audience in var('audiences') %}
        '{{ audience }}'{{ ',' if not loop.last }}
        {%- endfor %}
    )
