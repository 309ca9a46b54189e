-- `xml_text` finds the text of an element, with or without CDATA; null for all else.

with

cases as (

    select cases.*

    from (
        values
        ('plain', '<xml><Event>SCAN</Event></xml>', 'SCAN'),
        ('CDATA', '<xml><Event><![CDATA[SCAN]]></Event></xml>', 'SCAN'),
        ('other script', '<xml><Event><![CDATA[退订]]></Event></xml>', '退订'),
        ('angles', '<Event>&lt;a&gt;</Event>', '<a>'),
        ('quotation marks', '<Event>&quot;a&quot; &apos;b&apos;</Event>', '"a" ''b'''),
        ('ampersand', '<Event>a &amp; b</Event>', 'a & b'),
        ('an escaped entity', '<Event>&amp;lt;</Event>', '&lt;'),
        ('another', '<Event>&amp;quot;&amp;apos;</Event>', '&quot;&apos;'),
        ('entities in CDATA stay', '<Event><![CDATA[a &amp; b]]></Event>', 'a &amp; b'),
        ('markup in CDATA', '<Event><![CDATA[1 < 2 <b>]]></Event>', '1 < 2 <b>'),
        ('brackets in CDATA', '<Event><![CDATA[[a]]]]></Event>', '[a]]'),
        ('CDATA in CDATA', '<Event><![CDATA[<![CDATA[a]]></Event>', '<![CDATA[a'),
        ('two sections', '<Event><![CDATA[a]]]]><![CDATA[>b]]></Event>', 'a]]>b'),
        ('spaces around CDATA', '<Event> <![CDATA[ a ]]> </Event>', ' a '),
        ('first of two', '<Event>a</Event><Event>b</Event>', 'a'),
        ('name begins alike', '<EventKey>k</EventKey><Event>a</Event>', 'a'),
        ('name in other case', '<event>a</event>', null),
        ('no such element', '<xml><EventKey>k</EventKey></xml>', null),
        ('nothing in it', '<Event></Event>', null),
        ('nothing in CDATA', '<Event><![CDATA[]]></Event>', null),
        ('closed at once', '<Event/>', null),
        ('elements in it', '<Event><a>b</a></Event>', null),
        ('text beside CDATA', '<Event>a<![CDATA[b]]></Event>', null),
        ('text between CDATA', '<Event><![CDATA[a]]>b<![CDATA[c]]></Event>', null),
        ('torn in the element', '<xml><Event>unsubscr', null),
        ('torn in CDATA', '<xml><Event><![CDATA[unsubscr', null),
        ('torn before the end of it', '<xml><Event><![CDATA[a]]>', null),
        ('only an end', 'unsubscribe</Event>', null),
        ('end before start', '</Event>a<Event>', null),
        ('JSON', '{"Event": "SCAN"}', null),
        (
            'percent and backslash',
            '<Event>100%' || chr(92) || '_</Event>',
            '100%' || chr(92) || '_'
        ),
        ('no letters', '', null),
        ('nothing', null, null)
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
