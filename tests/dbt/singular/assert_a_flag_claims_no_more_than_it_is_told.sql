-- `consent_from_flag` turns a boolean and its date into events: a yes is said, a no is
-- a stop only after a yes or with a day of its own, and what nobody told is left empty.
{% set said = "customer_id || ' ' || action || ' ' || coalesce(occurred_at, '-')"
    ~ " || ' ' || coalesce(received_at, '-') || ' ' || coalesce(basis, '-')"
    ~ " || ' ' || coalesce(actor, '-') || ' ' || coalesce(method, '-')"
    ~ " || ' ' || coalesce(text_version, '-')" %}

with

clients as (

    {% for id, flag, given, withdrawn in [
        ('yes', 'true', '2026-11-01', none),
        ('yes_without_a_date', 'true', none, none),
        ('never_asked', 'false', none, none),
        ('nothing_known', none, none, none),
        ('unreadable', 'perhaps', '2026-11-01', none),
        ('no_after_a_yes', 'false', '2026-11-01', none),
        ('no_on_a_day', 'false', none, '2026-11-03'),
        ('no_at_a_second', none, '2026-11-01', '2026-11-03 10:00:00'),
        ('yes_after_a_no', 'true', '2026-11-04', '2026-11-03 10:00:00'),
        (none, 'true', '2026-11-01', none),
    ] -%}
    select
        {% for value in [id, flag, given, withdrawn] -%}
        cast(
            {{ dbt.string_literal(value) if value else 'null' }}
            as {{ dbt.type_string() }}
        ) as {{ ['id', 'opt_in', 'opted_in_at', 'opted_out_at'][loop.index0] }}
        {{- ',' if not loop.last }}
        {% endfor %}
    {{ 'union all' if not loop.last }}

    {% endfor %}
),

told as (

    {{ consent_from_flag(
        'clients', customer_id='id', flag='opt_in', given_at='opted_in_at',
        received_at='opted_in_at', channel='whatsapp', purpose='marketing',
        sender_id='shop', basis='express', actor='self', method='web_form',
        text_version="the shop's", withdrawn_at='opted_out_at'
    ) }}

),

untold as (

    {{ consent_from_flag(
        'clients', customer_id='id', flag='opt_in', given_at='opted_in_at',
        received_at='opted_in_at', channel='whatsapp', purpose='marketing',
        sender_id='shop'
    ) }}

),

found as (

    select 'told ' || {{ said }} as event from told
    union all
    select 'untold ' || {{ said }} as event from untold

),

expected as (

    {% for event in [
        "told yes grant 2026-11-01 2026-11-01 express self web_form the shop's",
        "told yes_without_a_date grant - - express self web_form the shop's",
        'told no_after_a_yes withdraw - - - - - -',
        'told no_on_a_day withdraw 2026-11-03 23:59:59 2026-11-03 - - - -',
        'told no_at_a_second withdraw 2026-11-03 10:00:00 2026-11-03 10:00:00 - - - -',
        "told yes_after_a_no grant 2026-11-04 2026-11-04 express self web_form the shop's",
        'told yes_after_a_no withdraw 2026-11-03 10:00:00 2026-11-03 10:00:00 - - - -',
        'untold yes grant 2026-11-01 2026-11-01 - - - -',
        'untold yes_without_a_date grant - - - - - -',
        'untold no_after_a_yes withdraw - - - - - -',
        'untold yes_after_a_no grant 2026-11-04 2026-11-04 - - - -',
    ] -%}
    select {{ dbt.string_literal(dbt.escape_single_quotes(event)) }} as event
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    coalesce(found.event, expected.event) as event,
    'consent_from_flag says otherwise: '
    || coalesce(found.event, expected.event) as problem

from found

full join expected
    on found.event = expected.event

where
    found.event is null
    or expected.event is null
