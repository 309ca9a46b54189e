-- `json_value` answers with JSON that can be looked into again, or with null.

with

cases as (

    select cases.*

    from (
        values
        ('object', '{"a": {"b": [1, 2]}}', '{"b":[1,2]}'),
        ('array', '{"a": []}', '[]'),
        ('text keeps its marks', '{"a": "x"}', '"x"'),
        ('the word null', '{"a": "null"}', '"null"'),
        ('JSON null', '{"a": null}', null),
        ('no such key', '{}', null),
        ('array outside', '[{"a": 1}]', null),
        ('torn', '{"a": {', null),
        ('text behind', '{"a": "x"} y', null),
        ('nothing', null, null),
        ('no letters', '', null)
    ) as cases (case_name, given, expected)

),

answers as (

    select
        case_name,
        replace({{ json_value('given', ['a']) }}, ' ', '') as answer,
        expected

    from cases

)

select * from answers

where coalesce(answer, 'nothing') != coalesce(expected, 'nothing')
