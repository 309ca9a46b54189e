-- What the models take for granted of every engine, without a macro.

with

cases as (

    select
        cast(null as {{ dbt.type_string() }}) as no_text,
        cast(null as {{ dbt.type_timestamp() }}) as no_instant,
        cast('2026-11-23 03:00:00' as {{ dbt.type_timestamp() }}) as instant,
        cast('2026-11-23 03:00:00.250' as {{ dbt.type_timestamp() }}) as exact_instant,
        true as is_so

),

answers as (

    select
        'a' || no_text as joined,
        greatest(no_instant, instant) as later,
        least(instant, no_instant) as earlier,
        cast(instant as {{ dbt.type_string() }}) as as_text,
        cast(exact_instant as {{ dbt.type_string() }}) as as_exact_text,
        cast(is_so as {{ dbt.type_string() }}) as as_word,
        {{ dbt.date_trunc('second', 'exact_instant') }} as to_the_second,
        {{ dbt.position("'b'", "'ab'") }} as place,
        {{ dbt.position("'x'", "'ab'") }} as no_place,
        substring('abc', 2, 1) as a_letter,
        right('abc', 2) as an_end,
        length('수é') as letters,
        -- Never `trim(text, letters)`: Spark takes the letters first.
        trim(both ' .!' from ' stop.! ') as trimmed

    from cases

)

select * from answers

where
    joined is not null
    or later is null
    or later != earlier
    or as_text != '2026-11-23 03:00:00'
    or as_exact_text != '2026-11-23 03:00:00.25'
    or as_word != 'true'
    or to_the_second != later
    or place != 2
    or no_place != 0
    or a_letter != 'b'
    or an_end != 'bc'
    or letters != 2
    or trimmed != 'stop'
