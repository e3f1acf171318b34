"""Whether an address is free, before anything is started for it."""

import socket

from tidegate_gateway.serving import AddressError

ADMIN = "127.0.0.1:9090"


def is_free(listen: str) -> bool:
    """Whether a server could listen there now. An address that is none is for the server to refuse."""
    host, _, port = listen.rpartition(":")
    if not port.isdecimal() or int(port) > 65535:
        return True
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), int(port)))
        except OSError:
            return False
    return True


def refuse_taken(listen: str) -> None:
    """AddressError that names the way out, if the public address is taken."""
    if not is_free(listen):
        raise AddressError(
            f"{listen} cannot be listened on, because something else does or it is not of this machine: "
            "choose another with --listen, such as --listen 127.0.0.1:8081 (port 0 takes a free one)."
        )


def admin_address(wanted: str | None) -> str:
    """Where the admin address goes: where it is wanted, else to the usual port, else to a free one."""
    return wanted or (ADMIN if is_free(ADMIN) else "127.0.0.1:0")


def admin_word(wanted: str | None, listen: str, url: str) -> str | None:
    """What there is to say of an admin address that had to give way to `listen`, and is at `url`."""
    if listen == (wanted or ADMIN):
        return None
    return f"{ADMIN} is taken: the admin address is {url}; set TIDEGATE_ADMIN_LISTEN to choose another."
