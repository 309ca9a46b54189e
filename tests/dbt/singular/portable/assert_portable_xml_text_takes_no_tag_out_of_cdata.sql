-- What a person writes in a message is no element, however much it looks like one.

with

cases as (

    select cases.*

    from (
        values
        (
            'written before the real one',
            '<C><![CDATA[<Event>fake</Event>]]></C><Event>real</Event>',
            'real'
        ),
        (
            'written where there is none',
            '<C><![CDATA[<Event>fake</Event>]]></C><MsgId>1</MsgId>',
            null
        ),
        (
            'written many times',
            '<C><![CDATA[<Event><Event>a</Event><Event>]]></C><Event>real</Event>',
            'real'
        ),
        (
            'only its end is written',
            '<Event><![CDATA[a</Event>b]]></Event>',
            'a</Event>b'
        ),
        (
            'CDATA written in CDATA',
            '<C><![CDATA[<![CDATA[a<Event>fake</Event>]]></C><Event>real</Event>',
            'real'
        ),
        (
            'over two sections',
            '<C><![CDATA[a]]]]><![CDATA[><Event>fake</Event>]]></C><Event>real</Event>',
            'real'
        ),
        (
            'on a line of its own',
            '<C><![CDATA[a' || chr(10) || '<Event>fake</Event>]]></C>',
            null
        ),
        (
            'torn after it',
            '<xml><C><![CDATA[<Event>fake</Event>',
            null
        ),
        (
            'with the marks of the macro',
            '<C><![CDATA[' || chr(3) || '<Event>' || chr(3) || 'fake' || chr(3)
            || '</Event>' || chr(3) || ']]></C><Event>real</Event>',
            'real'
        ),
        (
            'with the end mark of the macro',
            '<C><![CDATA[' || chr(2) || '<Event>fake</Event>]]></C>',
            null
        ),
        (
            'escaped',
            '<C>&lt;Event&gt;fake&lt;/Event&gt;</C>',
            null
        )
    ) as cases (case_name, given, expected)

),

answers as (

    select
        case_name,
        {{ xml_text('given', 'Event') }} as answer,
        expected

    from cases

)

select * from answers

where coalesce(answer, 'nothing') != coalesce(expected, 'nothing')
