from __future__ import annotations

from sync.report.lineage import bridged


def node(*parents, kind="model", show=True):
    return {
        "resource_type": kind,
        "docs": {"show": show},
        "depends_on": {"nodes": [*parents], "macros": []},
    }


def test_lines_go_over_what_is_hidden():
    nodes = {
        "source_like": node(kind="seed"),
        "audience": node("source_like"),
        "hidden_a": node("audience", "source_like", show=False),
        "hidden_b": node("hidden_a", show=False),
        "table": node("hidden_b", "hidden_a"),
        "test": node("hidden_b", kind="test"),
    }
    exposures = {"out": node("table", kind="exposure")}
    before = {key: [] for key in (*nodes, *exposures)}

    manifest = bridged({"nodes": nodes, "exposures": exposures, "parent_map": before})

    assert manifest["parent_map"] == before | {
        "audience": ["source_like"],
        "table": ["audience", "source_like"],
        "out": ["table"],
    }
    assert manifest["nodes"]["table"]["depends_on"]["nodes"] == [
        *("audience", "source_like")
    ]
