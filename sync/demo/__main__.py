"""`python -m sync.demo`: make the demo's data, or run the whole way on it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from sync.clock import parse_instant
from sync.demo.generate import generate
from sync.demo.orders import from_orders
from sync.demo.run import Demo
from sync.errors import SyncError

ORDERS = click.option(
    "--orders",
    type=click.Path(path_type=Path),
    help="Your own order history instead of the demo's.",
)
NO_SHIFT = click.option("--no-shift", is_flag=True, help="Keep the orders' dates.")
AT = click.option(
    "--at", "--now", "at", help="The instant (ISO, UTC) to do it at; this hour if none."
)

DIR = click.option(
    "--dir",
    "--out",
    "out_dir",
    type=click.Path(path_type=Path),
    default="seeds/demo",
    show_default=True,
    help="Where the raw tables go.",
)


def this_hour() -> datetime:
    """Give the hour that has begun, UTC."""
    return datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


def _instant(at: str | None) -> datetime:
    return parse_instant(at).replace(tzinfo=UTC) if at else this_hour()


@click.group()
def main() -> None:
    """Try the whole way on made-up people."""


@main.command()
@AT
@DIR
@ORDERS
@NO_SHIFT
def data(at: str | None, out_dir: Path, orders: Path | None, *, no_shift: bool) -> None:
    """Write the raw tables only."""
    with _one_line():
        if orders:
            from_orders(orders, _instant(at), out_dir, shift=not no_shift)
        else:
            generate(_instant(at), out_dir)


@main.command("generate")
@AT
@DIR
def generate_only(at: str | None, out_dir: Path) -> None:
    """Write the raw tables of the made-up world only."""
    with _one_line():
        generate(_instant(at), out_dir)


@main.command("orders")
@click.argument("orders", type=click.Path(path_type=Path))
@NO_SHIFT
@AT
@DIR
def orders_only(at: str | None, out_dir: Path, orders: Path, *, no_shift: bool) -> None:
    """Write the raw tables around your own ORDERS only."""
    with _one_line():
        from_orders(orders, _instant(at), out_dir, shift=not no_shift)


@main.command()
@AT
@ORDERS
@NO_SHIFT
def run(at: str | None, orders: Path | None, *, no_shift: bool) -> None:
    """Make the data, build, send to a sandbox, write back, build again, and tell."""
    with _one_line():
        demo = Demo(
            at=_instant(at) if at else None,
            hour=_instant(at),
            orders=orders,
            shift=not no_shift,
        )
        sys.exit(demo.run())


class _one_line:  # noqa: N801 - reads as a word.
    """Turn an error made on purpose into its line and its exit code."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if isinstance(error, SyncError):
            click.echo(f"Error: {error}", err=True)
            sys.exit(error.exit_code)


if __name__ == "__main__":
    main(prog_name="python -m sync.demo")
