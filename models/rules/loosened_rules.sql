{%- set rules = [
    'cap_rules', 'consent_rules', 'holidays', 'message_policies',
    'reply_window_rules', 'sending_hours', 'stop_keywords',
] -%}

with

{% for rule in rules -%}
{{ rule }} as (

    select * from {{ ref('loosened_' ~ rule) }}

),

{% endfor -%}

unioned as (

    {% for rule in rules -%}
    select * from {{ rule }}
    {{ 'union all' if not loop.last }}

    {% endfor %}
),

judged as (

    select
        unioned.*,
        {{ trimmed("coalesce(counsel_reviewed_by, '')") }} != ''
        and counsel_reviewed_at is not null as is_reviewed

    from unioned

),

final as (

    select

        ---------- ids
        rule,
        rule_key,

        ---------- strings
        loosening,
        'seeds/overrides/' || rule || '_overrides.csv: the row ' || rule_key || ' '
        || loosening || '. A law or a platform stands behind the default. Have '
        || 'counsel look at it and fill in counsel_reviewed_by and '
        || 'counsel_reviewed_at, or take the row out.' as problem,

        ---------- booleans
        is_reviewed

    from judged

)

select * from final
