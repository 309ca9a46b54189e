"""One HTML file that a marketer opens: what the marts say, counted in the warehouse."""
