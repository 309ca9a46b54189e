"""`ott stop`: from this moment on, runs under way included."""

from __future__ import annotations

import json
import re

import click

from sync import operator_stops
from sync.command import (
    address_on_stdin,
    as_json_option,
    as_the_build_does,
    command,
    target_option,
)
from sync.desk import desk
from sync.masking import normalise
from sync.operator_stops import ALL, CHANNELS, PURPOSES
from sync.writeback import try_write_back

# Where an address is a telephone number, or may be.
PHONES = (ALL, "whatsapp", "rcs", "sms")
BARE_NUMBER = re.compile("[0-9]{7,15}")


def _choice(*words: str) -> click.Choice[str]:
    return click.Choice([ALL, *words], case_sensitive=False)


@click.command()
@click.argument("customer", required=False)
@click.option("--address-stdin", is_flag=True, help="Read an address from stdin.")
@click.option("--channel", type=_choice(*CHANNELS), default=ALL, show_default=True)
@click.option("--purpose", type=_choice(*PURPOSES), default=ALL, show_default=True)
@click.option("--reason", default="operator", show_default=True)
@target_option
@as_json_option
@command
def stop(
    *,
    customer: str | None,
    address_stdin: bool,
    target: str | None,
    as_json: bool,
    **scope: str,
) -> None:
    """Stop messages to CUSTOMER from now on, runs under way included."""
    customer = as_the_build_does(customer or "")
    if bool(customer) == address_stdin:
        raise click.UsageError("Name a customer, or pass --address-stdin.")
    address = _address(scope) if address_stdin else ""
    with desk(target) as at:
        made = operator_stops.make(
            at.ledger, customer or None, address, at.clock.now(), **scope
        )
        with at.ledger.transaction():
            at.ledger.stop(made)
        try_write_back(at.ledger, at.warehouse, at.manifest, at.clock)
    shown = {"operator_stop_id": made["operator_stop_id"], "stopped": True}
    click.echo(json.dumps(shown) if as_json else "Stopped, from this moment.")


def _address(scope: dict[str, str]) -> str:
    """Read it; refuse what would stop nobody."""
    if not (address := address_on_stdin()):
        raise click.UsageError("There is no address on stdin.")
    if scope["channel"] in PHONES and BARE_NUMBER.fullmatch(normalise(address)):
        raise click.UsageError(
            "Write a telephone number with + and its country code, as +6591234567. "
            "For digits that are an id, pass its --channel."
        )
    if scope["purpose"] == "marketing_night":
        # The warehouse looks at the purpose, and cannot see the address.
        raise click.UsageError("An address is stopped for marketing as a whole.")
    return address
