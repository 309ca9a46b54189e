"""What an answer's body may be: nothing, bytes, or JSON of the provider's own words."""

from __future__ import annotations

import json

from hypothesis import strategies as st


def bodies_with(*names, values=(), most=4):
    """Bodies whose objects hold up to `most` of `names`, `values` among the junk."""
    values_or = st.sampled_from(values) if values else st.nothing()
    json_values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(names), inner | values_or, max_size=most)
        ),
        max_leaves=12,
    )
    return st.binary(max_size=200) | json_values.map(lambda v: json.dumps(v).encode())
