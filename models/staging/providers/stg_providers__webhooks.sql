{%- if target.type == 'spark' -%}
    {#- A view this long does not fit into the metastore that comes with Spark. -#}
    {{ config(materialized='table') }}
{%- endif -%}

{#- No semicolon in here, not even in a comment: beside the backslashes of `json_object`
    dbt takes it for the end of the SQL in a unit test on PostgreSQL. -#}
{%- set twilio_columns = {
    'MessageSid': 'message_sid',
    'SmsSid': 'sms_sid',
    'MessageStatus': 'message_status',
    'SmsStatus': 'sms_status',
    'ErrorCode': 'error_code',
    'From': 'from_party',
    'To': 'to_party',
    'MessagingServiceSid': 'messaging_service_sid',
    'MessageType': 'message_type',
    'NumMedia': 'num_media',
    'Latitude': 'latitude',
    'Body': 'body',
    'ButtonText': 'button_text',
    'ButtonPayload': 'button_payload',
    'ListTitle': 'list_title',
    'ListId': 'list_id',
    'OptOutType': 'opt_out_type',
} -%}
with

source as (

    {{ webhook_calls(
        source('channels', 'raw_provider_webhooks'), ['provider', 'sender_id']
    ) }}

),

calls as (

    select
        payload,
        -- What ends the body is no part of its last field.
        translate(payload, chr(10) || chr(13), '') as form,
        {{ dbt.hash("coalesce(payload, '')") }} as payload_hash,
        lower({{ trimmed('provider') }}) as provider,
        nullif(sender_id, '') as sender_id,
        {{ is_json('payload') }} as is_json,
        substring({{ json_value('payload', []) }}, 1, 1) as first_letter,
        case lower({{ trimmed('provider') }})
            when 'infobip' then {{ json_value('payload', ['results']) }}
            when 'braze' then {{ json_value('payload', ['events']) }}
        end as listed,
        {{ try_timestamp('received_at') }} as received_at

    from source

    where lower({{ trimmed('provider') }}) in ({{ webhook_providers() }})

),

lists as (

    select
        payload,
        form,
        payload_hash,
        provider,
        sender_id,
        is_json,
        first_letter,
        case
            when first_letter = '[' then payload
            when substring(listed, 1, 1) = '[' then listed
        end as event_list,
        received_at

    from calls

),

forms as (

    select
        payload_hash,
        provider,
        sender_id,
        {%- for field, column in twilio_columns.items() %}
        {{ form_text('form', field) }} as {{ column }},
        {%- endfor %}
        {{ form_is_sound('form') }} as is_sound,
        received_at

    from lists

    where
        provider = 'twilio'
        and is_json is false
        and {{ regexp_like('form', '^[A-Za-z][A-Za-z0-9_]*=') }}

),

events as (

    select
        lists.payload_hash,
        lists.provider,
        lists.sender_id,
        {{ json_element('event') }} as value,
        true as is_sound,
        lists.received_at

    from lists

    {{ json_elements('lists.event_list', 'event') }}

    union all

    select
        payload_hash,
        provider,
        sender_id,
        payload as value,
        true as is_sound,
        received_at

    from lists

    where
        event_list is null
        and first_letter = '{'

    union all

    select
        payload_hash,
        provider,
        sender_id,
        {{ json_object(twilio_columns) }} as value,
        is_sound,
        received_at

    from forms

),

parsed_twilio as (

    select
        events.*,
        case
            when
                {{ regexp_like(
                    json_text('value', ['MessageSid']), '^(SM|MM)[0-9A-Fa-f]{32}$'
                ) }}
                then {{ json_text('value', ['MessageSid']) }}
            when
                {{ regexp_like(
                    json_text('value', ['SmsSid']), '^(SM|MM)[0-9A-Fa-f]{32}$'
                ) }}
                then {{ json_text('value', ['SmsSid']) }}
        end as message_id,
        lower(coalesce(
            {{ json_text('value', ['MessageStatus']) }},
            {{ json_text('value', ['SmsStatus']) }}
        )) as status_word,
        {{ json_text('value', ['From']) }} as from_party,
        {{ json_text('value', ['To']) }} as to_party,
        coalesce(
            {{ json_text('value', ['Body']) }},
            {{ json_text('value', ['ButtonText']) }},
            {{ json_text('value', ['ListTitle']) }}
        ) as message_text,
        coalesce(
            {{ json_text('value', ['ButtonPayload']) }},
            {{ json_text('value', ['ListId']) }}
        ) as button_text,
        lower({{ json_text('value', ['OptOutType']) }}) as preference_word

    from events

    where provider = 'twilio'

),

directed_twilio as (

    select
        parsed_twilio.*,
        case
            when status_word in ('received', 'receiving') then 'message'
            when status_word is not null then 'status'
            when
                message_text is not null
                or button_text is not null
                or preference_word is not null
                or {{ json_text('value', ['NumMedia']) }} is not null
                then 'message'
        end as kind

    from parsed_twilio

),

twilio as (

    select
        payload_hash,
        provider,
        kind,
        message_id,
        cast(null as {{ dbt.type_string() }}) as batch_id,
        cast(null as {{ dbt.type_string() }}) as our_reference,
        case
            when kind = 'message' then to_party
            else coalesce(from_party, {{ json_text('value', ['MessagingServiceSid']) }})
        end as our_party,
        case when kind = 'message' then from_party else to_party end as their_party,
        cast(null as {{ dbt.type_string() }}) as customer_id,
        sender_id,
        -- A plain number is one of SMS, but RCS names itself on one side only.
        case
            when from_party like '%:%'
                then lower({{ dbt.split_part('from_party', "':'", 1) }})
            when to_party like '%:%'
                then lower({{ dbt.split_part('to_party', "':'", 1) }})
            when from_party is not null and to_party is not null then 'sms'
        end as channel_word,
        case when kind = 'status' then status_word end as status_word,
        {{ json_text('value', ['ErrorCode']) }} as error_code,
        coalesce(
            lower({{ json_text('value', ['MessageType']) }}),
            case
                when button_text is not null then 'button'
                when {{ json_text('value', ['Latitude']) }} is not null
                    then 'location'
                when {{ try_bigint(json_text('value', ['NumMedia'])) }} > 0
                    then 'media'
                when message_text is not null then 'text'
            end
        ) as message_type,
        message_text,
        button_text,
        preference_word,
        cast(null as {{ dbt.type_string() }}) as preference_source,
        value,
        is_sound,
        cast(null as {{ dbt.type_timestamp() }}) as occurred_at,
        received_at

    from directed_twilio

),

vonage as (

    select
        payload_hash,
        provider,
        case
            when {{ json_text('value', ['status']) }} is not null then 'status'
            when {{ json_text('value', ['message_type']) }} is not null then 'message'
        end as kind,
        {{ json_text('value', ['message_uuid']) }} as message_id,
        cast(null as {{ dbt.type_string() }}) as batch_id,
        {{ json_text('value', ['client_ref']) }} as our_reference,
        case
            when {{ json_text('value', ['status']) }} is not null
                then {{ json_text('value', ['from']) }}
            else {{ json_text('value', ['to']) }}
        end as our_party,
        case
            when {{ json_text('value', ['status']) }} is not null
                then {{ json_text('value', ['to']) }}
            else {{ json_text('value', ['from']) }}
        end as their_party,
        cast(null as {{ dbt.type_string() }}) as customer_id,
        sender_id,
        lower({{ json_text('value', ['channel']) }}) as channel_word,
        lower({{ json_text('value', ['status']) }}) as status_word,
        -- The title is the code, or the code stands behind the hash sign of the type.
        -- Older calls wrap the error in another.
        coalesce(
            cast({{ try_bigint(json_text('value', ['error', 'title'])) }}
                as {{ dbt.type_string() }}),
            cast({{ try_bigint(json_text('value', ['error', 'error', 'title'])) }}
                as {{ dbt.type_string() }}),
            nullif({{ dbt.split_part(
                json_text('value', ['error', 'type']), "'#'", 2
            ) }}, '')
        ) as error_code,
        lower({{ json_text('value', ['message_type']) }}) as message_type,
        coalesce(
            {{ json_text('value', ['text']) }},
            {{ json_text('value', ['reply', 'title']) }},
            {{ json_text('value', ['button', 'text']) }},
            {{ json_text('value', ['image', 'caption']) }},
            {{ json_text('value', ['video', 'caption']) }},
            {{ json_text('value', ['file', 'caption']) }}
        ) as message_text,
        coalesce(
            {{ json_text('value', ['button', 'payload']) }},
            {{ json_text('value', ['reply', 'id']) }}
        ) as button_text,
        cast(null as {{ dbt.type_string() }}) as preference_word,
        cast(null as {{ dbt.type_string() }}) as preference_source,
        value,
        is_sound,
        {{ try_timestamp(json_text('value', ['timestamp'])) }} as occurred_at,
        received_at

    from events

    where provider = 'vonage'

),

parsed_infobip as (

    select
        events.*,
        lower({{ json_text('value', ['content', 'notificationMessagesStatus']) }})
            as preference_word,
        {{ json_text('value', ['seenAt']) }} as seen_at,
        lower(coalesce(
            {{ json_text('value', ['status', 'groupName']) }},
            case {{ json_text('value', ['status', 'groupId']) }}
                when '0' then 'accepted'
                when '1' then 'pending'
                when '2' then 'undeliverable'
                when '3' then 'delivered'
                when '4' then 'expired'
                when '5' then 'rejected'
            end,
            {{ json_text('value', ['status', 'groupId']) }}
        )) as group_name,
        coalesce(
            {{ json_text('value', ['message', 'text']) }},
            {{ json_text('value', ['message', 'title']) }},
            {{ json_text('value', ['message', 'caption']) }},
            {{ json_text('value', ['content', 0, 'text']) }},
            {{ json_text('value', ['text']) }}
        ) as message_text,
        coalesce(
            {{ json_text('value', ['message', 'type']) }},
            {{ json_text('value', ['content', 0, 'type']) }}
        ) as message_type,
        coalesce(
            {{ json_text('value', ['integrationType']) }},
            {{ json_text('value', ['channel']) }},
            case
                when {{ json_text('value', ['smsCount']) }} is not null then 'sms'
            end
        ) as channel_word

    from events

    where provider = 'infobip'

),

directed_infobip as (

    select
        parsed_infobip.*,
        case
            when preference_word is not null then 'preference'
            when seen_at is not null or group_name is not null then 'status'
            when
                {{ json_text('value', ['receivedAt']) }} is not null
                and (message_text is not null or message_type is not null)
                then 'message'
        end as kind

    from parsed_infobip

),

infobip as (

    select
        payload_hash,
        provider,
        kind,
        {{ json_text('value', ['messageId']) }} as message_id,
        cast(null as {{ dbt.type_string() }}) as batch_id,
        {{ json_text('value', ['callbackData']) }} as our_reference,
        case kind
            when 'message'
                then coalesce(
                    {{ json_text('value', ['to']) }},
                    {{ json_text('value', ['destination']) }}
                )
            when 'preference'
                then coalesce(
                    {{ json_text('value', ['content', 'sender']) }},
                    {{ json_text('value', ['from']) }}
                )
            else coalesce(
                {{ json_text('value', ['from']) }},
                {{ json_text('value', ['sender']) }}
            )
        end as our_party,
        case kind
            when 'message'
                then coalesce(
                    {{ json_text('value', ['from']) }},
                    {{ json_text('value', ['sender']) }},
                    {{ json_text('value', ['contact', 'userId']) }}
                )
            when 'preference' then {{ json_text('value', ['content', 'from']) }}
            else coalesce(
                {{ json_text('value', ['to']) }},
                {{ json_text('value', ['destination']) }}
            )
        end as their_party,
        cast(null as {{ dbt.type_string() }}) as customer_id,
        sender_id,
        -- The marketing switch names no channel, and only WhatsApp has one.
        coalesce(
            lower(channel_word),
            case when kind = 'preference' then 'whatsapp' end
        ) as channel_word,
        case
            when kind = 'status'
                then case when seen_at is not null then 'seen' else group_name end
        end as status_word,
        -- What was rejected says why by its status alone, as the answer to a send does.
        coalesce(
            nullif({{ json_text('value', ['error', 'id']) }}, '0'),
            case
                when group_name = 'rejected'
                    then 'status_' || {{ json_text('value', ['status', 'id']) }}
            end
        ) as error_code,
        coalesce(
            lower(message_type),
            case when kind = 'message' then 'text' end
        ) as message_type,
        message_text,
        coalesce(
            {{ json_text('value', ['message', 'payload']) }},
            {{ json_text('value', ['message', 'postbackData']) }},
            {{ json_text('value', ['message', 'id']) }},
            {{ json_text('value', ['content', 0, 'postbackData']) }}
        ) as button_text,
        preference_word,
        cast(null as {{ dbt.type_string() }}) as preference_source,
        value,
        is_sound,
        coalesce(
            {{ try_timestamp('seen_at') }},
            {{ try_timestamp(json_text('value', ['doneAt'])) }},
            {{ try_timestamp(json_text('value', ['receivedAt'])) }},
            {{ try_timestamp(json_text('value', ['createdAt'])) }}
        ) as occurred_at,
        received_at

    from directed_infobip

),

parsed_braze as (

    select
        events.*,
        lower({{ json_text('value', ['event_type']) }}) as event_type,
        -- Over HTTP an event's fields are nested, in a file they are not.
        coalesce({{ json_value('value', ['properties']) }}, value) as details,
        coalesce(
            {{ json_text('value', ['user', 'external_user_id']) }},
            {{ json_text('value', ['external_user_id']) }}
        ) as customer_id

    from events

    where provider = 'braze'

),

directed_braze as (

    select
        parsed_braze.*,
        {{ dbt.split_part('event_type', "'.'", 3) }} as event_channel,
        {{ dbt.split_part('event_type', "'.'", 4) }} as event_word,
        case
            when
                event_type = 'users.messages.email.unsubscribe'
                -- Braze writes `behaviors.subscriptiongroup.statechange` in one place
                -- and `messages.subscriptiongroupstatechange` in another.
                or {{ regexp_like(
                    'event_type', '^users[.][a-z]+[.]subscription.*statechange$'
                ) }}
                then 'preference'
            when
                {{ regexp_like(
                    'event_type', '^users[.]messages[.](whatsapp|rcs|sms|line|kakao)'
                ) }}
                then
                    case
                        when event_type like '%.inboundreceive' then 'message'
                        when
                            event_type like '%click'
                            or event_type like '%.retry'
                            then 'other'
                        else 'status'
                    end
            when {{ regexp_like('event_type', '^users[._]') }} then 'other'
        end as kind

    from parsed_braze

),

braze as (

    select
        payload_hash,
        provider,
        kind,
        coalesce(
            {{ json_text('details', ['message_id']) }},
            case
                when kind in ('message', 'preference')
                    then {{ json_text('value', ['id']) }}
            end
        ) as message_id,
        {{ json_text('details', ['dispatch_id']) }} as batch_id,
        cast(null as {{ dbt.type_string() }}) as our_reference,
        coalesce(
            {{ json_text('details', ['inbound_phone_number']) }},
            {{ json_text('details', ['from_phone_number']) }},
            {{ json_text('details', ['subscription_group_id']) }},
            {{ json_text('details', ['subscription_group_api_id']) }}
        ) as our_party,
        coalesce(
            {{ json_text('details', ['user_phone_number']) }},
            {{ json_text('details', ['to_phone_number']) }},
            {{ json_text('details', ['channel_identifier']) }},
            {{ json_text('details', ['phone_number']) }},
            {{ json_text('details', ['bsuid']) }}
        ) as their_party,
        customer_id,
        sender_id,
        case
            when kind in ('message', 'status') then event_channel
            when event_type = 'users.messages.email.unsubscribe' then 'email'
            -- Braze knows a state for everything of e-mail and push only.
            when event_type = 'users.behaviors.subscription.globalstatechange'
                then coalesce(lower({{ json_text('details', ['channel']) }}), 'email')
            else lower({{ json_text('details', ['channel']) }})
        end as channel_word,
        case when kind = 'status' then event_word end as status_word,
        {{ json_text('details', ['provider_error_code']) }} as error_code,
        case
            when kind != 'message' then null
            when {{ json_text('details', ['quick_reply_text']) }} is not null
                then 'button'
            when {{ json_text('details', ['message_body']) }} is not null then 'text'
            when {{ json_value('details', ['media_urls']) }} is not null then 'media'
        end as message_type,
        coalesce(
            {{ json_text('details', ['message_body']) }},
            {{ json_text('details', ['quick_reply_text']) }}
        ) as message_text,
        {{ json_text('details', ['quick_reply_text']) }} as button_text,
        case kind
            when 'preference'
                then
                    case
                        when event_type = 'users.messages.email.unsubscribe'
                            then 'unsubscribed'
                        else lower({{ json_text('details', ['subscription_status']) }})
                    end
            when 'message' then lower({{ json_text('details', ['action']) }})
        end as preference_word,
        case
            when kind = 'preference'
                then
                    lower(coalesce(
                        {{ json_text('details', ['state_change_source']) }}, 'unknown'
                    ))
        end as preference_source,
        value,
        is_sound,
        {{ from_epoch(json_text('value', ['time'])) }} as occurred_at,
        received_at

    from directed_braze

),

parsed_sfmc as (

    select
        events.*,
        lower({{ json_text('value', ['eventCategoryType']) }}) as event_type,
        lower({{ dbt.split_part(
            json_text('value', ['eventCategoryType']), "'.'", 2
        ) }}) as event_word,
        {{ json_text('value', ['timestampUTC']) }} as event_epoch

    from events

    where provider = 'sfmc'

),

directed_sfmc as (

    select
        parsed_sfmc.*,
        case
            when event_word = 'ottmobileoriginated' then 'message'
            when event_word = 'emailunsubscribe' then 'preference'
            when event_word like 'ott%' or event_word like 'sms%' then 'status'
            when event_word != '' then 'other'
            when {{ json_text('value', ['verificationKey']) }} is not null then 'other'
        end as kind

    from parsed_sfmc

),

sfmc as (

    select
        payload_hash,
        provider,
        kind,
        coalesce(
            {{ json_text('value', ['info', 'messageKey']) }},
            {{ json_text('value', ['messageKey']) }},
            {{ json_text('value', ['messageId']) }},
            {{ json_text('value', ['info', 'messageId']) }},
            case
                when kind = 'preference' then {{ json_text('value', ['compositeId']) }}
            end
        ) as message_id,
        cast(null as {{ dbt.type_string() }}) as batch_id,
        -- Whoever sends chooses this key.
        coalesce(
            {{ json_text('value', ['info', 'messageKey']) }},
            {{ json_text('value', ['messageKey']) }}
        ) as our_reference,
        {{ json_text('value', ['channelId']) }} as our_party,
        coalesce(
            {{ json_text('value', ['mobileNumber']) }},
            {{ json_text('value', ['info', 'to']) }}
        ) as their_party,
        coalesce(
            {{ json_text('value', ['contactKey']) }},
            {{ json_text('value', ['info', 'subscriberKey']) }}
        ) as customer_id,
        sender_id,
        case
            when event_word like 'ott%'
                then
                    lower(coalesce(
                        {{ json_text('value', ['senderType']) }}, 'whatsapp'
                    ))
            when event_word like 'sms%' then 'sms'
            when event_word like 'email%' then 'email'
        end as channel_word,
        case when kind = 'status' then event_word end as status_word,
        coalesce(
            {{ json_text('value', ['errorCode']) }},
            {{ json_text('value', ['info', 'errorCode']) }},
            {{ json_text('value', ['statusCode']) }},
            {{ json_text('value', ['info', 'statusCode']) }}
        ) as error_code,
        case
            when kind = 'message'
                then lower({{ json_text('value', ['messageType']) }})
        end as message_type,
        coalesce(
            {{ json_text('value', ['messageBody', 'text', 'body']) }},
            {{ json_text('value', ['messageBody', 'button', 'text']) }},
            {{ json_text(
                'value', ['messageBody', 'interactive', 'button_reply', 'title']
            ) }},
            {{ json_text(
                'value', ['messageBody', 'interactive', 'list_reply', 'title']
            ) }},
            {{ json_text('value', ['messageBody', 'image', 'caption']) }},
            {{ json_text('value', ['messageBody', 'video', 'caption']) }},
            {{ json_text('value', ['messageBody', 'document', 'caption']) }}
        ) as message_text,
        coalesce(
            {{ json_text('value', ['messageBody', 'button', 'payload']) }},
            {{ json_text(
                'value', ['messageBody', 'interactive', 'button_reply', 'id']
            ) }},
            {{ json_text('value', ['messageBody', 'interactive', 'list_reply', 'id']) }}
        ) as button_text,
        case when kind = 'preference' then event_word end as preference_word,
        cast(null as {{ dbt.type_string() }}) as preference_source,
        value,
        is_sound,
        -- Milliseconds in all that was seen. The guide says no more than "Unix".
        coalesce(
            {{ from_epoch_ms('event_epoch') }},
            {{ from_epoch('event_epoch') }}
        ) as occurred_at,
        received_at

    from directed_sfmc

),

unioned as (

    select * from twilio
    union all
    select * from vonage
    union all
    select * from infobip
    union all
    select * from braze
    union all
    select * from sfmc

),

-- What stands behind the channel's name.
parties as (

    select
        unioned.*,
        case
            when our_party like '%:%' then {{ dbt.split_part('our_party', "':'", 2) }}
            else our_party
        end as account_name,
        case
            when their_party like '%:%'
                then {{ dbt.split_part('their_party', "':'", 2) }}
            else their_party
        end as party

    from unioned

),

-- What is no id or no address, such as an object, is none.
typed as (

    select
        parties.*,
        case
            when {{ regexp_like('message_id', '^[0-9A-Za-z_.:=+/-]{1,200}$') }}
                then message_id
        end as known_message_id,
        case
            when {{ regexp_like('batch_id', '^[0-9A-Za-z_.:=+/-]{1,200}$') }}
                then batch_id
        end as known_batch_id,
        case
            when {{ regexp_like('our_reference', '^[0-9a-f]{32}$') }}
                then our_reference
        end as delivery_key,
        case
            when {{ regexp_like('account_name', '^[+]?[1-9][0-9]{7,14}$') }}
                then '+' || replace(account_name, '+', '')
            when {{ regexp_like('account_name', '^[0-9A-Za-z_.@&-]{1,200}$') }}
                then account_name
        end as account_id,
        case
            when {{ regexp_like('party', '^[+]?[1-9][0-9]{7,14}$') }}
                then '+' || replace(party, '+', '')
            -- WhatsApp's own user id, and LINE's.
            when
                {{ regexp_like(
                    'party', '^[A-Z][A-Z][.]([A-Z]+[.])?[A-Za-z0-9]{1,128}$'
                ) }}
                then party
            when {{ regexp_like('party', '^U[0-9a-f]{32}$') }} then party
        end as address,
        case
            when substring(customer_id, 1, 1) not in ('{', '[') then customer_id
        end as known_customer_id,
        case
            when channel_word in ('whatsapp', 'rcs', 'email') then channel_word
            when channel_word in ('sms', 'mms') then 'sms'
            when channel_word like 'line%' then 'line'
            when channel_word like 'kakao%' then 'kakao'
        end as channel,
        case
            when {{ regexp_like('error_code', '^[0-9A-Za-z_.-]{1,60}$') }}
                then error_code
        end as known_error_code

    from parties

),

-- The providers' words for what became of a message, from their own documentation. Of
-- `pending` we learn nothing.
judged as (

    select
        typed.*,
        case
            when status_word is null then null
            when provider = 'twilio'
                then
                    case
                        when
                            status_word in ('failed', 'undelivered')
                            and known_error_code = '30036'
                            then 'expired'
                        when status_word in ('failed', 'undelivered', 'canceled')
                            then 'failed'
                        when status_word in ('sent', 'delivered', 'read')
                            then status_word
                        -- Some of it is with the person.
                        when status_word = 'partially_delivered' then 'delivered'
                        when
                            status_word in (
                                'accepted', 'scheduled', 'queued', 'sending'
                            )
                            then 'pending'
                    end
            when provider = 'vonage'
                then
                    case
                        when status_word = 'rejected' and known_error_code = '1360'
                            then 'expired'
                        -- What was handed in before says nothing of the first try.
                        when status_word = 'rejected' and known_error_code = '1320'
                            then 'pending'
                        when status_word in ('rejected', 'undeliverable') then 'failed'
                        when status_word in ('delivered', 'read') then status_word
                        when status_word = 'submitted' then 'sent'
                    end
            when provider = 'infobip'
                then
                    case
                        when status_word = 'seen' then 'read'
                        when status_word in ('delivered', 'expired') then status_word
                        when
                            status_word in ('undeliverable', 'rejected')
                            and known_error_code in ('7280', 'status_23')
                            then 'pending'
                        when status_word in ('undeliverable', 'rejected') then 'failed'
                        when status_word in ('accepted', 'ok', 'pending') then 'pending'
                    end
            when provider = 'braze'
                then
                    case
                        when status_word in ('send', 'carriersend') then 'sent'
                        when status_word = 'delivery' then 'delivered'
                        when status_word = 'read' then 'read'
                        when
                            status_word in (
                                'failure', 'deliveryfailure', 'rejection', 'abort'
                            )
                            then 'failed'
                    end
            when provider = 'sfmc'
                then
                    case
                        when status_word in ('ottsent', 'smssent') then 'sent'
                        when status_word in ('ottdelivered', 'smsdelivered')
                            then 'delivered'
                        when status_word = 'ottread' then 'read'
                        when
                            status_word in (
                                'ottfailed', 'ottnotsent', 'smsnotsent', 'smsbounced'
                            )
                            then 'failed'
                        when status_word = 'smstransient' then 'pending'
                    end
        end as status

    from typed

),

final as (

    select

        ---------- ids
        payload_hash,
        known_message_id as message_id,
        known_batch_id as batch_id,
        delivery_key,
        account_id,
        known_customer_id as customer_id,
        sender_id,

        ---------- strings
        provider,
        kind,
        channel,
        channel_word,
        address,
        status,
        status_word,
        known_error_code as error_code,
        message_type,
        message_text,
        button_text,
        case
            when preference_word in ('stop', 'unsubscribed', 'emailunsubscribe')
                then 'stop'
            when preference_word in ('start', 'resume', 'subscribed', 'opted in')
                then 'start'
            when preference_word in ('help', 'none') then 'none'
            -- The person had said it, and the provider kept to it.
            when
                status = 'failed'
                and (
                    (provider = 'twilio' and known_error_code = '21610')
                    or (provider = 'vonage' and known_error_code = '1240')
                    or (
                        provider = 'infobip' and known_error_code in ('7003', '7033')
                    )
                    or (
                        provider in ('braze', 'sfmc') and known_error_code = '131050'
                    )
                )
                then 'stop'
        end as preference,
        preference_word,
        value,

        ---------- booleans
        -- What a team set for them by the API or the dashboard is no choice of theirs.
        coalesce(
            preference_source in ('sdk', 'preference_center', 'preference center'),
            true
        ) as is_own_choice,
        is_sound,

        ---------- timestamps
        occurred_at,
        received_at

    from judged

)

select * from final
