{#- Whether what a message carries beyond its text can go where it is sent: a kind that
    `content_support` lists there, and the file with it; a text needs no file. What a
    template carries is its own. -#}
{% macro can_carry_content(message, support) -%}
    case
        when
            coalesce({{ message }}.content, '') = ''
            and coalesce({{ message }}.content_kind, '') = ''
            then true
        else
            {{ support }}.content_kind is not null
            and {{ message }}.message_type != 'template'
            and (
                coalesce({{ message }}.content, '') != ''
                or {{ message }}.content_kind = 'text'
            )
    end
{%- endmacro %}
