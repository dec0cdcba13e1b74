"""Calling another machine: its address is looked up once, checked, and that one is called."""

import contextlib
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from threading import Timer
from typing import Any

from django.conf import settings

from loyalty.connectors.domain.addresses import Address, BadAddressError, may_call, read_address

#: Seconds for connecting, for each read, and for all of it: an answer that drips in is cut off.
PATIENCE, AT_MOST = 10, 30
#: Of an answer nobody reads more.
MOST = 4_096


@dataclass(frozen=True, slots=True)
class Answer:
    """The status, and how the answer began, as text whatever it was."""

    status: int
    text: str


class _PinnedConnection(HTTPConnection):
    """A connection to an IP address that was checked, under the host's own name."""

    def __init__(self, address: Address, ip: str) -> None:
        super().__init__(address.host, address.port, timeout=PATIENCE)
        self._ip, self._is_encrypted = ip, address.is_encrypted

    def connect(self) -> None:
        """Connect to that IP address, whatever the name leads to by now."""
        plain = socket.create_connection((self._ip, self.port), PATIENCE)
        if self._is_encrypted:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(plain, server_hostname=self.host)
        else:
            self.sock = plain


def check_url(url: str) -> Address:
    """The address, if it may be called. Raises BadAddressError."""
    return read_address(url, allows_private=settings.WEBHOOKS_MAY_CALL_PRIVATE)


def post(url: str, *, body: str, headers: dict[str, str]) -> Answer:
    """Send a message. Follows no redirects. Raises OSError or BadAddressError."""
    address = check_url(url)
    connection = _PinnedConnection(address, _resolved(address))
    try:
        connection.connect()
        with _cut_off(connection.sock):
            sent: Any = {"Content-Type": "application/json", "User-Agent": "Laurel"} | headers
            connection.request("POST", address.path, body.encode(), sent)
            answer = connection.getresponse()
            began = answer.read(MOST)
    except HTTPException as fault:
        raise ConnectionError(f"It does not speak HTTP: {type(fault).__name__}") from fault
    finally:
        connection.close()
    # PostgreSQL keeps no NUL in a text.
    return Answer(answer.status, began.decode(errors="replace").replace("\0", "\ufffd"))


@contextlib.contextmanager
def _cut_off(connected: socket.socket) -> Iterator[None]:
    """Nothing more is read from a connection after `AT_MOST` seconds."""

    def shut() -> None:
        with contextlib.suppress(OSError):  # it may be closed already
            connected.shutdown(socket.SHUT_RDWR)

    timer = Timer(AT_MOST, shut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _resolved(address: Address) -> str:
    """The IP address to call. One that is not public among several spoils them all."""
    found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    ips = [str(each[4][0]) for each in found]
    if not ips or not (settings.WEBHOOKS_MAY_CALL_PRIVATE or all(map(may_call, ips))):
        raise BadAddressError("Its name leads to an address that is not public.")
    return ips[0]
