"""Runs a command that dies with the process that asked for it, even by kill -9: `python tether.py PARENT COMMAND…`.

It stands alone, without imports of this package, so that an isolated Python starts it in a few milliseconds.
The kernel's word for "parent" is the thread that forked: whoever starts a server does so in a thread that lives on.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, command: list[str]) -> None:
    """Become the command, unless the parent died before the kernel was told to watch it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() == parent:
        os.execv(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
