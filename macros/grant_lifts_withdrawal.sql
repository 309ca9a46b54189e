{% macro grant_lifts_withdrawal(grants, withdrawals) -%}
    {#- R5 and R2: by the person, as specific, and strictly later in the coarser
        of the two precisions; across a merge only if given after it. -#}
    {{ grants }}.is_said_by_the_person
    and {{ grants }}.consent_status in ('granted', 'expired', 'reconfirm_overdue')
    and {{ grants }}.has_proof
    and ({{ withdrawals }}.channel = '*' or {{ grants }}.channel != '*')
    and ({{ withdrawals }}.purpose = '*' or {{ grants }}.purpose != '*')
    and (not {{ withdrawals }}.names_a_sender or {{ grants }}.sender_id != '*')
    and case
        when {{ grants }}.has_milliseconds and {{ withdrawals }}.has_milliseconds
            then
                {{ dbt.date_trunc('millisecond', grants ~ '.effective_at') }}
                > {{ dbt.date_trunc('millisecond', withdrawals ~ '.effective_at') }}
        else
            {{ dbt.date_trunc('second', grants ~ '.effective_at') }}
            > {{ dbt.date_trunc('second', withdrawals ~ '.effective_at') }}
    end
{%- endmacro %}
