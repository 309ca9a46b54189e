-- A whole number in the path of `json_text` is a place in an array, 0 the first.

with

cases as (

    select cases.*

    from (
        values
        ('first of two', '{"a": [{"b": "x"}, {"b": "y"}]}', 'x'),
        ('empty array', '{"a": []}', null),
        ('object instead', '{"a": {"b": "x"}}', null),
        ('JSON null', '{"a": null}', null),
        ('torn', '{"a": [{"b": "x"}', null),
        ('nothing', null, null)
    ) as cases (case_name, given, expected)

),

answers as (

    select
        case_name,
        {{ json_text('given', ['a', 0, 'b']) }} as answer,
        expected

    from cases

)

select * from answers

where coalesce(answer, 'nothing') != coalesce(expected, 'nothing')
