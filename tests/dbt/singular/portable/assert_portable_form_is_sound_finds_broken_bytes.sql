-- `form_is_sound` is true where everything in a body can be decoded, false where not.

with

cases as (

    select cases.*

    from (
        values
        ('plain', 'Body=stop&To=1', 'true'),
        ('encoded', 'From=whatsapp%3A%2B1&Body=%E9%80%80', 'true'),
        ('no letters', '', 'true'),
        ('a bare percent sign', 'Body=100%&To=1', 'false'),
        ('in a field nobody reads', 'Body=a&ProfileName=%FF', 'false'),
        ('torn', 'Body=%E9%8', 'false'),
        -- What is left of a broken letter must not meet what follows it.
        ('two halves with a letter between', 'Body=%E9%41%80%80', 'false')
    ) as cases (case_name, given, expected)

),

answers as (

    select
        case_name,
        case
            when {{ form_is_sound('given') }} then 'true'
            when ({{ form_is_sound('given') }}) is false then 'false'
        end as answer,
        expected

    from cases

)

select * from answers

where coalesce(answer, 'nothing') != expected
