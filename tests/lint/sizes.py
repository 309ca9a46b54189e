"""Small stays small: lines of code, without blank lines, comments and docstrings."""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from pathlib import Path

SYNC = Path(__file__).parents[2] / "sync"
CORE = (
    *("cli", "send", "runner", "ledger", "ledger_schema", "deliveries"),
    *("warehouse", "warehouse_duckdb", "warehouse_postgres", "warehouse_spark"),
    *("guard", "limiter"),
)
CORE_LINES = 1750
ADAPTER_LINES = 165
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
NO_CODE = {
    *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE),
    *(tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER),
}


def code_lines(path: Path) -> int:
    """Count the lines that hold code."""
    text = path.read_text(encoding="utf-8")
    told: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node) is not None:
            said = node.body[0]
            told.update(range(said.lineno, (said.end_lineno or said.lineno) + 1))
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in NO_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines - told)


def main() -> int:
    """Print what is too long; returns how many."""
    core = sum(code_lines(SYNC / f"{name}.py") for name in CORE)
    adapters = {p.name: code_lines(p) for p in (SYNC / "destinations").glob("*.py")}
    longest = max(adapters, key=lambda name: adapters[name])
    print(f"The core has {core} lines, the longest adapter, {longest}, ", end="")
    print(f"{adapters[longest]}.")
    long = [name for name, lines in adapters.items() if lines > ADAPTER_LINES]
    for name in long:
        print(f"{name} has {adapters[name]} lines, {ADAPTER_LINES} at most. Part it.")
    if core > CORE_LINES:
        print(f"The core may have {CORE_LINES} lines. Move something out of it.")
    return len(long) + (core > CORE_LINES)


if __name__ == "__main__":
    sys.exit(main())
