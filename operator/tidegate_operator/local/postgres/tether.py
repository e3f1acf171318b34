"""Runs a command that ends with the process that asked for it, even by kill -9: `tether.py PARENT UID GID COMMAND…`.

UID and GID of -1 keep the user. It stands alone, without imports of this package, so that an isolated Python starts it
in a few milliseconds. The kernel's word for "parent" is the thread that forked: it has to live on.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, uid: int, gid: int, command: list[str]) -> None:
    """Become the command as that user, unless the parent died before the kernel was told to watch it."""
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":  # a change of user forgets the signal, so this comes after
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)
    if os.getppid() == parent:
        os.execv(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
