-- `json_text` finds text, numbers and booleans, and answers null for all else.

with

cases as (

    select cases.*

    from (
        values
        ('text', '{"a": {"b": "x"}}', 'x'),
        ('number', '{"a": {"b": 12}}', '12'),
        ('17 digits', '{"a": {"b": 13498765432101234}}', '13498765432101234'),
        ('boolean', '{"a": {"b": true}}', 'true'),
        (
            'quotation marks',
            replace('{"a": {"b": "say /"no/""}}', '/', chr(92)),
            'say "no"'
        ),
        ('other script', '{"a": {"b": "수신거부"}}', '수신거부'),
        ('escaped', replace('{"a": {"b": "/u00e9"}}', '/', chr(92)), 'é'),
        (
            'line break',
            replace('{"a": {"b": "x/ny"}}', '/', chr(92)),
            'x' || chr(10) || 'y'
        ),
        ('empty text', '{"a": {"b": ""}}', ''),
        ('JSON null', '{"a": {"b": null}}', null),
        ('no such key', '{"a": {}}', null),
        ('text on the way', '{"a": "b"}', null),
        ('array on the way', '{"a": [{"b": "x"}]}', null),
        ('torn', '{"a": {"b": "x"', null),
        ('torn behind it', '{"a": {"b": "x"}, "c": ', null),
        ('text behind', '{"a": {"b": "x"}} y', null),
        ('other marks', '{''a'': {''b'': ''x''}}', null),
        ('junk', 'not json', null),
        ('scalar', '7', null),
        ('nothing', null, null),
        ('no letters', '', null)
    ) as cases (case_name, given, expected)

),

answers as (

    select
        case_name,
        {{ json_text('given', ['a', 'b']) }} as answer,
        expected

    from cases

)

select * from answers

where coalesce(answer, 'nothing') != coalesce(expected, 'nothing')
