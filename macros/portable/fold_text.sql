{#- A word as it may be meant, for comparing two that are both folded: no case, no
    accents, no full width, no half width, and nothing but letters and digits, so that
    no space, punctuation or emoji tells them apart. Spelled out letter by letter, since
    the engines share no normalisation and lower other letters each by its own rules;
    what is in no list stays as it is. -#}
{% macro fold_text(expression) -%}
    {%- set plain = namespace(letters='', meant='') -%}
    {%- set other = namespace(letters='', meant='') -%}
    {%- for meant, letters in folded_letters() -%}
        {%- set ns = plain if loop.first else other -%}
        {%- set ns.letters = ns.letters ~ letters -%}
        {%- set ns.meant = ns.meant ~ (
            meant if meant | length == letters | length
            else meant * (letters | length)
        ) -%}
    {%- endfor -%}
    {#- What stands behind the last letter is taken out: a backslash, tabs, ends of
        lines, and signs that mean something in a class of characters. -#}
    {%- set signs = "[]^_`' || chr(92) || chr(9) || chr(10) || chr(11) || chr(12)"
        ~ " || chr(13)" -%}
    {#- A list this long is slow on DuckDB: only where one of its letters is. -#}
    {%- set has_other = regexp_like(expression, '[À-ɏͰ-ӿآ-ۿḀ-ỿァ-ヺ０-ﾝ]') -%}
    {%- set folded = "case when " ~ has_other
        ~ " then translate(" ~ expression ~ ", '" ~ plain.letters ~ other.letters
        ~ signs ~ ", '" ~ plain.meant ~ other.meant ~ "')"
        ~ " else translate(" ~ expression ~ ", '" ~ plain.letters ~ signs
        ~ ", '" ~ plain.meant ~ "') end" -%}
    {{ regexp_remove(folded, signs_pattern()) }}
{%- endmacro %}

{#- What is meant, and the letters that mean it: one for all, or one for each. -#}
{% macro folded_letters() -%}
    {{ return([
        ('abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'),
        ('abcdefghijklmnopqrstuvwxyz', 'ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ'),
        ('abcdefghijklmnopqrstuvwxyz', 'ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ'),
        ('0123456789', '０１２３４５６７８９'),
        ('a', 'ÀÁÂÃÄàáâãäĂăĄąẠạẢảẤấẦầẨẩẪẫẬậẮắẰằẲẳẴẵẶặÅåĀā'),
        ('c', 'ÇçĆćČčĊċ'),
        ('d', 'ĐđĎď'),
        ('e', 'ÈÉÊËèéêëĘęẸẹẺẻẼẽẾếỀềỂểỄễỆệĚěĒēĖė'),
        ('g', 'ĞğĢģĠġ'),
        ('i', 'ÌÍÎÏìíîïĨĩİıỈỉỊịĪīĮį'),
        ('k', 'Ķķ'),
        ('l', 'ŁłĹĺĻļĽľ'),
        ('n', 'ÑñŃńŅņŇň'),
        ('o', 'ÒÓÔÕÖòóôõöƠơỌọỎỏỐốỒồỔổỖỗỘộỚớỜờỞởỠỡỢợØøŌōŐő'),
        ('r', 'ŔŕŘř'),
        ('s', 'ŚśŞşŠšȘș'),
        ('t', 'ŢţŤťȚț'),
        ('u', 'ÙÚÛÜùúûüŨũƯưỤụỦủỨứỪừỬửỮữỰựŪūŮůŰűŲų'),
        ('y', 'ÝýÿŸỲỳỴỵỶỷỸỹŶŷ'),
        ('w', 'Ŵŵ'),
        ('z', 'ŹźŻżŽž'),
        ('æœþðə', 'ÆŒÞÐƏ'),
        ('αβγδεζηθικλμνξοπρστυφχψω', 'ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ'),
        ('α', 'Άά'),
        ('ε', 'Έέ'),
        ('η', 'Ήή'),
        ('ι', 'ΊίΪϊΐ'),
        ('ο', 'Όό'),
        ('σ', 'ς'),
        ('υ', 'ΎύΫϋΰ'),
        ('ω', 'Ώώ'),
        ('абвгдежзииклмнопрстуфхцчшщъыьэюя', 'АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ'),
        ('єіїґўђѓјљњћќџѕәғқңөұүһ', 'ЄІЇҐЎЂЃЈЉЊЋЌЏЅӘҒҚҢӨҰҮҺ'),
        ('и', 'й'),
        ('е', 'Ёё'),
        ('ا', 'أإآٱ'),
        ('ي', 'ىیئ'),
        ('و', 'ؤ'),
        ('ك', 'ک'),
        ('ه', 'ة'),
        ('0123456789', '٠١٢٣٤٥٦٧٨٩'),
        ('0123456789', '۰۱۲۳۴۵۶۷۸۹'),
        (
            'ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン',
            'ｦｧｨｩｪｫｬｭｮｯｰｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝ',
        ),
        (
            'カキクケコサシスセソタチツテトハハヒヒフフヘヘホホウ',
            'ガギグゲゴザジズゼゾダヂヅデドバパビピブプベペボポヴ',
        ),
    ]) }}
{%- endmacro %}

{#- Spaces, punctuation, symbols, emoji, and marks above, below or between letters, by
    their code points: some of them nobody can see. No sign of a class stands alone. -#}
{% macro signs_pattern() -%}
    {%- set ns = namespace(ranges='') -%}
    {%- for first, last in [
        (0x20, 0x2F), (0x3A, 0x40), (0x7B, 0xBF), (0xD7, 0xD7), (0xF7, 0xF7),
        (0x2B0, 0x36F), (0x483, 0x489), (0x591, 0x5C7), (0x5F3, 0x5F4),
        (0x600, 0x61F), (0x640, 0x640), (0x64B, 0x65F), (0x66A, 0x66D),
        (0x670, 0x670), (0x6D4, 0x6D4), (0x6D6, 0x6ED), (0x93C, 0x93C),
        (0x964, 0x965), (0x2000, 0x2BFF), (0x2E00, 0x2E7F), (0x3000, 0x3004),
        (0x3008, 0x3020), (0x3030, 0x3030), (0x3099, 0x309C), (0x30FB, 0x30FB),
        (0xE000, 0xF8FF), (0xFE00, 0xFE6F), (0xFEFF, 0xFEFF), (0xFF01, 0xFF0F),
        (0xFF1A, 0xFF20), (0xFF3B, 0xFF40), (0xFF5B, 0xFF65), (0xFF9E, 0xFF9F),
        (0xFFE0, 0xFFFD), (0x1F000, 0x1FBFF), (0xE0000, 0xE01EF),
    ] -%}
        {%- set ns.ranges = ns.ranges ~ ('%c' | format(first)) ~ '-'
            ~ ('%c' | format(last)) -%}
    {%- endfor -%}
    {{ return('[' ~ ns.ranges ~ ']') }}
{%- endmacro %}

{#- The text without what the pattern finds, however often. -#}
{% macro regexp_remove(expression, pattern) -%}
    {{ regexp_replace_all(expression, "'" ~ pattern ~ "'", "''") }}
{%- endmacro %}
