-- Half a character costs itself only, whatever the engine thinks of the JSON around it;
-- what is sound, and what only looks like half a character, stays.

with

cases as (

    select
        case_name,
        replace(given, '~', chr(92)) as given,
        expected

    from (
        values
        ('sound', '{"a": "b"}', 'b'),
        ('first half at the end', '{"a": "x~ud83d"}', 'x'),
        ('first half before text', '{"a": "~uD83Dx"}', 'x'),
        ('second half', '{"a": "x~udc00y"}', 'xy'),
        ('two first halves', '{"a": "~ud83d~ud83dx"}', 'x'),
        ('the wrong way round', '{"a": "~ude00~ud83dx"}', 'x'),
        ('a whole one stays beside', '{"b": "~ud83d", "a": "~ud83d~ude00"}', 'whole'),
        ('no letter', '{"a": "x~u0000y"}', 'xy'),
        ('a text about halves', '{"a": "~~ud83d", "b": "~ud83d"}', '~ud83d'),
        ('half behind a backslash', '{"a": "~~~ud83d"}', '~'),
        ('halves without a backslash', '{"a": "ud83d"}', 'ud83d'),
        ('torn as well', '{"a": "~ud83d', null),
        ('nothing', null, null)
    ) as cases (case_name, given, expected)

),

answers as (

    select
        case_name,
        {{ json_text(whole_characters('given'), ['a']) }} as answer,
        replace(expected, '~', chr(92)) as expected

    from cases

),

compared as (

    select
        case_name,
        answer,
        -- An engine that takes halves may leave something for one of them.
        case
            when case_name = 'a whole one stays beside' and answer != '' then 'whole'
            else
                {{ regexp_replace_all(
                    "coalesce(answer, 'nothing')",
                    "'[^a-z0-9' || chr(92) || chr(92) || ']'",
                    "''",
                ) | indent(16) }}
        end as letters,
        coalesce(expected, 'nothing') as expected

    from answers

)

select * from compared

where
    letters != expected
    -- What is no letter is nowhere left behind in a word.
    or (case_name = 'no letter' and answer != expected)
