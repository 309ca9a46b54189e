with

campaign_messages as (

    select * from {{ ref('int_planned_messages') }}

),

-- The names of all values a message needs, one list: the text after the last colon
-- of a button's entry is its name.
lists as (

    select
        campaign_id,
        channel,
        message_type,
        sender_id,
        'body' as component,
        body_parameters as parameter_list

    from campaign_messages

    union all

    select
        campaign_id,
        channel,
        message_type,
        sender_id,
        'header' as component,
        header_parameter as parameter_list

    from campaign_messages

    union all

    select
        campaign_id,
        channel,
        message_type,
        sender_id,
        'button' as component,
        button_parameters as parameter_list

    from campaign_messages

),

positions as (

    {% for position in range(1, 11) -%}
    select {{ position }} as parameter_position
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

split as (

    select
        lists.campaign_id,
        lists.channel,
        lists.message_type,
        lists.sender_id,
        lists.component,
        positions.parameter_position,
        -- The part's number must be a literal for some engines.
        case positions.parameter_position
            {%- for position in range(1, 11) %}
            when {{ position }}
                then {{ dbt.split_part('lists.parameter_list', "','", position) }}
            {%- endfor %}
        end as entry

    from lists

    cross join positions

    where
        lists.parameter_list != ''
        and positions.parameter_position
        <= 1 + length(lists.parameter_list)
        - length(replace(lists.parameter_list, ',', ''))

),

final as (

    select
        campaign_id,
        channel,
        message_type,
        sender_id,
        component,
        parameter_position,
        case
            when component = 'button'
                then {{ dbt.split_part('entry', "':'", 3) }}
            else {{ trimmed('entry') }}
        end as parameter_name

    from split

)

select * from final
