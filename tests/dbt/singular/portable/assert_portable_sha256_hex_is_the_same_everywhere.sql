-- `sha256_hex` is lower-case hex of the UTF-8 text: the values are those of Python.

with

cases as (

    select cases.*

    from (
        values
        (
            'a number',
            '+447400123456',
            '42665f0be57cc01155844c5bf6ed208c2a32f8da144a949a2f7b69f007810eb6'
        ),
        (
            'other script',
            '수신거부',
            '3f8b221985b86eafaf0a91d0821201e971c3a61d4b87e5f7dca2f6babdff42e5'
        ),
        (
            'no letters',
            '',
            'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
        ),
        ('nothing', null, null)
    ) as cases (case_name, given, expected)

),

answers as (

    select
        case_name,
        {{ sha256_hex('given') }} as answer,
        expected

    from cases

)

select * from answers

where coalesce(answer, 'nothing') != coalesce(expected, 'nothing')
