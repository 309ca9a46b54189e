"""
The provider all senders of a bench talk to: as little as HTTP/1.1 can be.

It takes a message of WhatsApp's or a users/track of Braze's, writes down when it came
and for whom, and says yes after LATENCY seconds. The sandbox does more than the fastest
sender can stand.

    python server.py LOG LATENCY
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import time

KEY = re.compile(rb'"(?:biz_opaque_callback_data|external_id)": ?"([^"]*)"')
LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
HEALTH = b'{"sandbox":"ott"}'


def answer(status: bytes, body: bytes) -> bytes:
    return (
        b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
        % (status, len(body), body)
    )


def accepted(line: bytes, number: int, keys: list[bytes]) -> bytes:
    if b"/users/track " in line:
        body = b'{"message":"success","attributes_processed":%d}' % len(keys)
        return answer(b"201 Created", body)
    body = b'{"messaging_product":"whatsapp","messages":[{"id":"wamid.%d"}]}' % number
    return answer(b"200 OK", body)


class Connection(asyncio.Protocol):
    """One connection; a client sends the next request after its answer."""

    taken = 0
    latency = 0.0
    log = 0

    def __init__(self) -> None:
        self.waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while (end := self.waiting.find(b"\r\n\r\n")) >= 0:
            head = self.waiting[:end]
            length = LENGTH.search(head)
            stop = end + 4 + (int(length[1]) if length else 0)
            if len(self.waiting) < stop:
                return
            body, self.waiting = self.waiting[end + 4 : stop], self.waiting[stop:]
            self.take(head[: head.find(b"\r\n")], body)

    def take(self, line: bytes, body: bytes) -> None:
        if line.startswith(b"GET"):
            self.transport.write(answer(b"200 OK", HEALTH))
            return
        Connection.taken += 1
        keys = KEY.findall(body)
        os.write(Connection.log, b"%.6f %b\n" % (time.time(), b" ".join(keys)))
        said = accepted(line, Connection.taken, keys)
        if Connection.latency:
            loop = asyncio.get_running_loop()
            loop.call_later(Connection.latency, self.transport.write, said)
        else:
            self.transport.write(said)


async def serve(log: str, latency: float) -> None:
    Connection.log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    Connection.latency = latency
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Connection, "127.0.0.1", 0, backlog=1024)
    host, port = server.sockets[0].getsockname()
    print(f"http://{host}:{port}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], float(sys.argv[2])))
