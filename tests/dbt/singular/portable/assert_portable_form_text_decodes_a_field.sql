-- `form_text` finds a field of a form-encoded body and decodes it; null for all else.

with

cases as (

    select cases.*

    from (
        values
        ('plain', 'Body=stop&To=1', 'stop'),
        ('last field', 'To=1&Body=stop', 'stop'),
        ('plus is a space', 'Body=stop+it', 'stop it'),
        ('encoded plus and colon', 'Body=whatsapp%3A%2B4915112345678',
            'whatsapp:+4915112345678'),
        ('encoded space', 'Body=a%20b', 'a b'),
        ('small letters', 'Body=%e9%80%80%e8%ae%a2', '退订'),
        ('two bytes', 'Body=se%C3%B1or', 'señor'),
        ('three bytes', 'Body=%E9%80%80%E8%AE%A2', '退订'),
        ('four bytes', 'Body=%F0%9F%91%8D+ok', '👍 ok'),
        ('letters as they are', 'Body=退%41', '退A'),
        ('ends of a line', 'Body=a%0Ab', 'a' || chr(10) || 'b'),
        ('encoded ampersand', 'Body=a%26To%3D2&To=1', 'a&To=2'),
        ('decoded once', 'Body=%2541', '%41'),
        (
            'quotation marks and backslash',
            'Body=%22a%22+%5C+%27b%27',
            '"a" ' || chr(92) || ' ''b'''
        ),
        ('equals sign in it', 'Body=a=b', 'a=b'),
        ('first of two', 'Body=a&Body=b', 'a'),
        ('name ends alike', 'ABody=a&Body=b', 'b'),
        ('name begins alike', 'Body2=a', null),
        ('name in other case', 'body=a', null),
        ('nothing in it', 'Body=&To=1', null),
        ('no sign of equality', 'Body', null),
        ('torn in a byte', 'Body=abc%4', null),
        ('a bare percent sign', 'Body=100%', null),
        ('no digits', 'Body=%zz', null),
        ('byte without a letter', 'Body=%80', null),
        ('letter without its end', 'Body=%E9%80', null),
        ('Latin 1', 'Body=se%F1or', null),
        ('half of a pair', 'Body=%ED%A0%80', null),
        ('beyond Unicode', 'Body=%F4%90%80%80', null),
        ('longer than need be', 'Body=%C0%80', null),
        ('zero', 'Body=a%00b', null),
        ('junk elsewhere', 'Body=stop&Name=%FF', 'stop'),
        ('JSON', '{"Body": "stop"}', null),
        ('no letters', '', null),
        ('nothing', null, null)
    ) as cases (case_name, given, expected)

),

answers as (

    select
        case_name,
        {{ form_text('given', 'Body') }} as answer,
        expected

    from cases

)

select * from answers

where coalesce(answer, 'nothing') != coalesce(expected, 'nothing')
