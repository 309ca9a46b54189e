-- `is_json` is true or false, never null.

with

cases as (

    select cases.*

    from (
        values
        ('object', '{"a": 1}', 'true'),
        ('array', '[]', 'true'),
        ('scalar', '"a"', 'true'),
        ('torn', '{"a": 1', 'false'),
        ('two values', '{} {}', 'false'),
        ('text behind', '{"a": 1} x', 'false'),
        ('brackets behind', '{"a": 1}]', 'false'),
        ('a brace too many', '{"a": 1}}', 'false'),
        ('one list too many', '1] [2', 'false'),
        ('other marks', '{''a'': 1}', 'false'),
        ('xml', '<xml/>', 'false'),
        ('form', 'a=b&c=d', 'false'),
        ('no letters', '', 'false'),
        ('nothing', null, 'false')
    ) as cases (case_name, given, expected)

),

answers as (

    select
        case_name,
        cast({{ is_json('given') }} as {{ dbt.type_string() }}) as answer,
        expected

    from cases

)

select * from answers

where coalesce(answer, 'nothing') != coalesce(expected, 'nothing')
