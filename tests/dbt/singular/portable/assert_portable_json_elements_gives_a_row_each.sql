-- `json_elements` gives JSON text a row each, and no row for what is no array.

with

cases as (

    select cases.*

    from (
        values
        ('objects', '[{"a": 1}, {"a": 2}]', 2, '{"a":1}'),
        ('texts keep their marks', '["x", "y"]', 2, '"x"'),
        ('numbers', '[1, 2, 3]', 3, '1'),
        ('arrays', '[[1], []]', 2, '[1]'),
        ('JSON null', '[null]', 1, null),
        ('empty array', '[]', 0, null),
        ('object instead', '{"a": 1}', 0, null),
        ('text instead', '"a"', 0, null),
        ('torn', '[{"a": 1}', 0, null),
        ('text behind', '[1] x', 0, null),
        ('xml', '<xml/>', 0, null),
        ('no letters', '', 0, null),
        ('nothing', null, 0, null)
    ) as cases (case_name, given, expected_count, expected_first)

),

elements as (

    select
        cases.case_name,
        replace(element, ' ', '') as element

    from cases

    {{ json_elements('cases.given', 'element') }}

),

counted as (

    select
        case_name,
        count(*) as answer_count,
        min(element) as answer_first

    from elements

    group by case_name

),

answers as (

    select
        cases.case_name,
        coalesce(counted.answer_count, 0) as answer_count,
        cases.expected_count,
        counted.answer_first,
        cases.expected_first

    from cases

    left join counted
        on cases.case_name = counted.case_name

)

select * from answers

where
    answer_count != expected_count
    or coalesce(answer_first, 'nothing') != coalesce(expected_first, 'nothing')
