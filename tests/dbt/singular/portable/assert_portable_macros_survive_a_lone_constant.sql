-- PostgreSQL casts a lone constant while it plans, past any `case` around it. Junk in a
-- relation of one row must not fail a build for that.

with

junk as (

    select
        cast('{torn' as {{ dbt.type_string() }}) as given,
        cast('a=%E9' as {{ dbt.type_string() }}) as given_form

),

answers as (

    select
        {{ json_text('given', ['a']) }} as as_text,
        {{ json_value('given', ['a']) }} as as_json,
        {{ json_text_dynamic('given', "'a'") }} as as_dynamic,
        {{ try_timestamp('given') }} as as_instant,
        {{ from_epoch('given') }} as as_epoch,
        {{ try_bigint('given') }} as as_bigint,
        {{ try_decimal('given') }} as as_decimal,
        {{ try_boolean('given') }} as as_boolean,
        {{ form_text('given_form', 'a') }} as as_form

    from junk

)

select * from answers

where
    as_text is not null
    or as_json is not null
    or as_dynamic is not null
    or as_instant is not null
    or as_epoch is not null
    or as_bigint is not null
    or as_decimal is not null
    or as_boolean is not null
    or as_form is not null
