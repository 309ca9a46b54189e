"""Words that have no place in this project's SQL, and what to write instead."""

import re
import sys
from pathlib import Path

# What is banned, what to write, and the files that may use it all the same.
BANNED = (
    (
        r"\bnow\s*\(|\bcurrent_(?:date|time|timestamp)\b|\brun_started_at\b",
        "one clock: {{ as_of() }}",
        ("macros/as_of.sql", "macros/portable/build_log_rows.sql"),
    ),
    (r"\bqualify\b", "{{ latest_per_key(...) }}, which is portable", ()),
    (
        r"^\s*union\s*$",
        "{{ union_distinct() }}: BigQuery wants it said",
        ("macros/portable/union_distinct.sql",),
    ),
    (
        r"\b[lr]?trim\s*\(",
        "{{ trimmed(...) }}: some engines take one kind of blank, others all",
        (
            "macros/all_closed_gates.sql",
            "macros/portable/trimmed.sql",
            "assert_portable_engines_agree_about_null_and_text.sql",
        ),
    ),
    (r"\bby\s+name\b", "the columns, in the same order on both sides", ()),
    (
        r"\bnot\s+\(?\s*(?:\w+\.)?(?:is|has)_\w+\b(?!\s*\()",
        "`is not true` where null must close, `is false` where it must not open",
        (),
    ),
    (r"^(?: {4})* {1,3}\S+", "it four spaces a step further in or out", ()),
    (r"^ *\t+\s*\S+", "it with spaces", ()),
    (
        r"\\(?!\")\S*",
        "chr(92): Spark takes a backslash in a text for an escape",
        (
            "macros/create_raw_relations.sql",
            "macros/portable/build_log_rows.sql",
            "macros/portable/regexp_replace_all.sql",
            "macros/portable/seeds_on_spark.sql",
            "macros/portable/try_timestamp.sql",
        ),
    ),
)

COMMENTS = re.compile(r"--[^\n]*|/\*.*?\*/|\{#.*?#\}", re.DOTALL)


def _blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def findings(name, sql):
    """What is wrong in one file: (line, what stands there, what to write)."""
    code = COMMENTS.sub(_blank, sql)
    return sorted(
        (code.count("\n", 0, hit.start()) + 1, hit.group().strip(), instead)
        for pattern, instead, allowed in BANNED
        if not name.endswith(allowed or ("\0",))
        for hit in re.finditer(pattern, code, re.IGNORECASE | re.MULTILINE)
    )


def main(folders):
    """Print every finding; give 1 if there is any, else 0."""
    files = sorted(file for folder in folders for file in Path(folder).rglob("*.sql"))
    found = [
        f"{file}:{line}: `{text}` is banned. Write {instead}."
        for file in files
        for line, text, instead in findings(file.as_posix(), file.read_text("utf-8"))
    ]
    print("\n".join(found) or f"{len(files)} SQL files, nothing banned in them.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
