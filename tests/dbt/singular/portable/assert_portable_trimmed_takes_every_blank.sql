-- `trimmed` takes the blanks that are copied along from a page or a sheet, and no more.

with

cases as (

    select cases.*

    from (
        values
        ('spaces', '  a b ', 'a b'),
        ('one that does not break', '{{ "%ca%c" | format(0xA0, 0xA0) }}', 'a'),
        ('the wide one of East Asia', '{{ "%ca%c" | format(0x3000, 0x3000) }}', 'a'),
        ('thin ones', '{{ "%c%ca%c" | format(0x2003, 0x2009, 0x202F) }}', 'a'),
        ('of several kinds', '{{ " %c a%c " | format(0xA0, 0x3000) }}', 'a'),
        ('a tabulator stays', 'a' || chr(9), 'a' || chr(9)),
        ('so does the end of a line', chr(10) || 'a', chr(10) || 'a'),
        ('other script', '수신거부', '수신거부'),
        ('nothing but blanks', '{{ " %c%c" | format(0xA0, 0x3000) }}', ''),
        ('nothing', null, null)
    ) as cases (case_name, given, expected)

),

answers as (

    select
        case_name,
        {{ trimmed('given') }} as answer,
        expected

    from cases

)

select * from answers

where coalesce(answer, 'nothing') != coalesce(expected, 'nothing')
