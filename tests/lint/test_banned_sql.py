import pytest
from banned_sql import findings, main


@pytest.mark.parametrize(
    "sql",
    [
        pytest.param("select now() as decided_at", id="now"),
        pytest.param("where day < current_date", id="current_date"),
        pytest.param("where t < CURRENT_TIMESTAMP", id="upper case too"),
        pytest.param("qualify row_number() over () = 1", id="qualify"),
        pytest.param("lower(trim(channel))", id="plain trim"),
        pytest.param("union all by name", id="union by name"),
        pytest.param("select 1\n\nunion\n\nselect 2", id="plain union"),
        pytest.param("where not is_reachable", id="not gate"),
        pytest.param("when not (people.has_consent)", id="not gate in brackets"),
        pytest.param("select\n  1", id="two spaces"),
        pytest.param("select\n\t1", id="tab"),
        pytest.param(r"select 'a\b' as text", id="backslash"),
        pytest.param(r"select 'a\' as text", id="backslash at the end"),
        pytest.param("-- why\nwhere not is_reachable", id="after a comment"),
    ],
)
def test_a_banned_word_is_found(sql):
    assert findings("models/x.sql", sql)


@pytest.mark.parametrize(
    "sql",
    [
        pytest.param("-- now() is banned here", id="comment"),
        pytest.param("{# not is_reachable #}", id="jinja comment"),
        pytest.param("where is_reachable is not true", id="is not true"),
        pytest.param("where known_at is not null", id="is not null"),
        pytest.param("select\n    1,\n        2\n", id="four spaces"),
        pytest.param("{#- two\n  lines -#}\nselect 1", id="comment over two lines"),
        pytest.param("select last_known_now from people", id="part of a word"),
        pytest.param(r"""{{ position("'\"'", 'x') }}""", id="quotation mark in jinja"),
    ],
)
def test_what_is_fine_is_left_alone(sql):
    assert findings("models/x.sql", sql) == []


def test_the_clock_macro_may_read_the_clock():
    sql = "{{ run_started_at }}"

    assert findings("macros/as_of.sql", sql) == []
    assert findings("macros/is_late.sql", sql)


def test_a_finding_names_its_line_and_fails(tmp_path, capsys):
    (tmp_path / "x.sql").write_text("select 1\nfrom people\nwhere not is_reachable\n")

    code = main([tmp_path])

    assert code == 1
    assert "x.sql:3: `not is_reachable`" in capsys.readouterr().out


def test_a_clean_folder_passes(tmp_path):
    (tmp_path / "x.sql").write_text("select 1\n")

    assert main([tmp_path]) == 0
