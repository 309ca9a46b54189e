-- `fold_text` makes one word of all its spellings, and takes no other word for it.

{%- set sign = '%c' %}
{%- set selector = sign | format(0xFE0F) %}
{%- set joiner = sign | format(0x200D) %}
{%- set dot_above = sign | format(0x307) %}
{%- set circumflex = sign | format(0x302) %}

with

cases as (

    select cases.*

    from (
        values
        ('spaces around', '  stop ', 'stop'),
        ('other blanks', 'stop' || chr(9) || chr(13) || chr(10), 'stop'),
        ('capitals', 'STOP', 'stop'),
        ('full stop', 'Stop.', 'stop'),
        ('many signs', '¡¡Stop!!?…', 'stop'),
        ('signs of a pattern', '[stop]^_`' || chr(92), 'stop'),
        ('in quotes', '"stop" ''stop''', 'stopstop'),
        ('full width', 'ＳＴＯＰ！', 'stop'),
        ('wide space', '　停止　', '停止'),
        ('emoji', 'STOP 🙏🏽❤{{ selector }}', 'stop'),
        ('joined emoji', '🤷{{ joiner }}♀{{ selector }}stop', 'stop'),
        ('a flag', 'baja 🇲🇽', 'baja'),
        ('two words', 'opt-out', 'optout'),
        ('accents', 'NO MÁS', 'nomas'),
        ('accents of their own', 'arre{{ circumflex }}t', 'arret'),
        ('Vietnamese', 'DỪNG LẠI', 'dunglai'),
        ('a letter of its own', 'hủy đăng ký', 'huydangky'),
        ('Polish', 'Rezygnuję', 'rezygnuje'),
        ('Turkish dot', 'İPTAL', 'iptal'),
        ('no dot', 'ıptal', 'iptal'),
        ('two dots', 'i{{ dot_above }}ptal', 'iptal'),
        ('Czech', 'ZRUŠIT ODBĚR', 'zrusitodber'),
        ('Romanian', 'OPREȘTE', 'opreste'),
        ('Hungarian', 'MEGSZŰNT', 'megszunt'),
        ('Nordic', 'SLÅ FRÅN, FJÆRN, FØJ', 'slafranfjærnfoj'),
        ('Greek', 'ΔΙΑΓΡΑΦΉ, διακοπής', 'διαγραφηδιακοπησ'),
        ('Russian', 'СТОП', 'стоп'),
        ('Ukrainian', 'ВІДПИСАТИСЯ, ЇЇ', 'відписатисяїї'),
        ('Russian io', 'Ещё Йод, йод', 'ещеиодиод'),
        ('Arabic stretched', 'توقـــف', 'توقف'),
        ('Arabic vowels', 'تَوَقَّف', 'توقف'),
        ('Arabic alef', 'إيقاف', 'ايقاف'),
        ('Arabic digits', '٠١٢٩', '0129'),
        ('Persian digits', '۰۱۲۹', '0129'),
        ('half width', 'ｽﾄｯﾌﾟ', 'ストッフ'),
        ('full width kana', 'ストップ', 'ストッフ'),
        ('Korean', '수신 거부', '수신거부'),
        ('Chinese', '退订。', '退订'),
        ('Hindi', 'बंद करें।', 'बंदकरें'),
        ('Thai', 'ยกเลิก', 'ยกเลิก'),
        ('Hebrew', 'הסר!', 'הסר'),
        ('another word', 'stopping', 'stopping'),
        ('more words', 'do not stop', 'donotstop'),
        ('an unknown letter', 'stopж', 'stopж'),
        ('signs only', '👍 !', ''),
        ('no letters', '', ''),
        ('nothing', null, null)
    ) as cases (case_name, given, expected)

),

answers as (

    select
        case_name,
        {{ fold_text('given') }} as answer,
        expected

    from cases

)

select * from answers

where coalesce(answer, 'nothing') != coalesce(expected, 'nothing')
