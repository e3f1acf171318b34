"""Free ports on loopback, below the range the kernel gives to outgoing connections.

So a server that is stopped finds its port free again: no client's connection can have been given it meanwhile.
"""

import random
import socket

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
