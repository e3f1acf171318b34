"""Ports on loopback: free ones are taken below the range the kernel gives to outgoing connections.

So a server that is stopped finds its port free again: no client's connection can have been given it meanwhile.
"""

import random
import socket
from urllib.parse import urlsplit

RANGE = range(20_000, 32_000)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on at this moment."""
    while True:
        port = random.choice(RANGE)  # noqa: S311
        if _is_free(port):
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def is_served(url: str) -> bool:
    """Whether somebody listens at an address such as `https://127.0.0.1:20001`."""
    address = urlsplit(url)
    with socket.socket() as connection:
        return connection.connect_ex((address.hostname, address.port)) == 0
