"""Whom the sync trusts over TLS: what httpx trusts, and no setting of the machine's."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from ssl import SSLContext


@cache
def trusted() -> SSLContext:
    """Read the certificates once: each reading takes a thirtieth of a second."""
    return httpx.create_ssl_context(trust_env=False)
