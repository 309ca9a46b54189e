"""
WeChat's proofs (channels.md 3.7; compared with wechatpy).

In plain mode the signature covers the query alone, so the body is as good as the secret
path to us. In encrypted mode (with an EncodingAESKey) it covers the body, and only that
is taken.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from sync.webhook.call import Call, Taken, forged, malformed, proven, recent
from sync.webhook.schemes import decoded, echo, fields

ENCRYPTED = re.compile(rb"<Encrypt>\s*(?:<!\[CDATA\[)?([A-Za-z0-9+/=]+)")
# In front of the message: 16 random bytes, and its length in 4.
HEAD = 20
BLOCK = 32


def signature(*parts: str) -> str:
    """Make WeChat's signature: SHA-1 over the sorted parts, in hexadecimal."""
    joined = "".join(sorted(parts)).encode("utf-8", "surrogatepass")
    return hashlib.sha1(joined).hexdigest()  # noqa: S324 - WeChat's choice.


@dataclass(frozen=True, slots=True)
class WeChat:
    """One account. `max_age` is in seconds."""

    tokens: tuple[str, ...] = field(repr=False)
    aes_key: bytes | None = field(repr=False)
    app_id: str
    max_age: float

    def greet(self, call: Call) -> Taken:
        """Give `echostr` back."""
        asked = self._signed(call)
        return Taken(None, echo(asked.get("echostr", "")))

    def take(self, call: Call) -> Taken:
        """Take a message, decrypted where it was encrypted."""
        asked = self._signed(call)
        if self.aes_key is None:
            return Taken(call.body, "success")
        found = ENCRYPTED.search(call.body)
        if not found:
            raise malformed()
        text = found[1].decode()
        when = (asked.get("timestamp", ""), asked.get("nonce", ""))
        given = asked.get("msg_signature", "")
        proven(given, (signature(token, *when, text) for token in self.tokens))
        return Taken(self._decrypted(self.aes_key, decoded(text)), "success")

    def _signed(self, call: Call) -> dict[str, str]:
        asked = fields(call.query)
        when = asked.get("timestamp", ""), asked.get("nonce", "")
        given = asked.get("signature", "")
        proven(given, (signature(token, *when) for token in self.tokens))
        if not (when[0].isascii() and when[0].isdecimal()):
            raise malformed()
        recent(call, int(when[0][:12]), self.max_age)
        return asked

    def _decrypted(self, key: bytes, sealed: bytes) -> bytes:
        """Open AES-256-CBC; the first half of the key is the vector."""
        if not sealed or len(sealed) % 16:
            raise malformed()
        opener = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
        text = opener.update(sealed) + opener.finalize()
        padding = text[-1]
        if not 1 <= padding <= BLOCK or len(text) < HEAD + padding:
            raise malformed()
        end = HEAD + int.from_bytes(text[HEAD - 4 : HEAD], "big")
        if text[end:-padding] != self.app_id.encode():
            raise forged()
        return text[HEAD:end]
