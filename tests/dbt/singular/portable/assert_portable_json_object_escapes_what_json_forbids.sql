-- What `json_object` writes, `json_text` reads back; a null value leaves its key out.

with

cases as (

    select cases.*

    from (
        values
        ('a name', 'Ada', 'Ada'),
        ('quotation marks', 'a "b" c', 'a "b" c'),
        ('backslash', 'a' || chr(92) || 'b', 'a' || chr(92) || 'b'),
        ('a backslash at the end', 'a' || chr(92), 'a' || chr(92)),
        ('other script', '수신거부', '수신거부'),
        ('line break', 'a' || chr(10) || 'b', 'a' || chr(10) || 'b'),
        ('tabulator', 'a' || chr(9) || 'b', 'a' || chr(9) || 'b'),
        ('form feed', 'a' || chr(12) || 'b', 'a b'),
        (
            'first and last control',
            chr(1) || 'a' || chr(31) || 'b' || chr(127),
            ' a b '
        ),
        (
            'a control of Latin-1 stays',
            '{{ "a%cb" | format(0x85) }}',
            '{{ "a%cb" | format(0x85) }}'
        ),
        ('no letters', '', ''),
        ('nothing', null, null)
    ) as cases (case_name, given, expected)

),

answers as (

    select
        case_name,
        {{ json_text(
            json_object({'first': "'x'", 'name': 'given'}), ['name']
        ) }} as answer,
        expected

    from cases

)

select * from answers

where coalesce(answer, 'nothing') != coalesce(expected, 'nothing')
