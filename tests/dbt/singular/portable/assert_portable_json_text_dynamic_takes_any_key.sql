-- `json_text_dynamic` never fails on a key, however odd.

with

cases as (

    select cases.*

    from (
        values
        ('text', '{"first_name": "Ada"}', 'first_name', 'Ada'),
        ('a dot is a letter', '{"a.b": "x"}', 'a.b', 'x'),
        ('no path', '{"a": {"b": "x"}}', 'a.b', null),
        ('number', '{"1": "x"}', '1', 'x'),
        ('other key', '{"a": "x"}', 'b', null),
        ('JSON null', '{"a": null}', 'a', null),
        ('empty key', '{"": "x"}', '', null),
        ('quotation mark', '{"a": "x"}', 'a"b', null),
        ('star', '{"a": "x"}', '*', null),
        ('apostrophe', '{"it''s": "x"}', 'it''s', 'x'),
        ('brackets', '{"a[0]": "x"}', 'a[0]', 'x'),
        ('backslash', '{"a": "x"}', 'a' || chr(92) || 'b', null),
        ('null key', '{"a": "x"}', null, null),
        ('array', '["a"]', 'a', null),
        ('torn', '{"a": "x"', 'a', null),
        ('text behind', '{"a": "x"} y', 'a', null),
        ('nothing', null, 'a', null)
    ) as cases (case_name, given, given_key, expected)

),

answers as (

    select
        case_name,
        {{ json_text_dynamic('given', 'given_key') }} as answer,
        expected

    from cases

)

select * from answers

where coalesce(answer, 'nothing') != coalesce(expected, 'nothing')
