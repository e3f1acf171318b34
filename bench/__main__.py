"""`python -m bench [measurement …]`: every measurement, or those that are named, each with its tables in Markdown."""

import argparse
import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

from bench import changes, expiry, memory, patches, requests, scale, stored
from bench.report import machine

MEASUREMENTS: dict[str, tuple[str, Callable[[], Coroutine[Any, Any, str]]]] = {
    "requests": ("Requests that store", requests.run),
    "changes": ("From an apply to both gateways", changes.run),
    "scale": ("10,000 Endpoints", scale.run),
    "stored": ("Ten million stored data", stored.run),
    "patches": ("One datum, 64 writers", patches.run),
    "expiry": ("Retention beside writers", expiry.run),
    "memory": ("Memory of a gateway", memory.run),
}


def chosen() -> list[str]:
    """The names of the measurements to make, in order."""
    described = "\n".join(f"  {name:12} {title}" for name, (title, _) in MEASUREMENTS.items())
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, epilog=described, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("measurements", nargs="*", metavar="measurement", help="which ones (all)")
    names: list[str] = parser.parse_args().measurements
    if unknown := set(names) - MEASUREMENTS.keys():
        parser.error(f"there is no measurement {', '.join(sorted(unknown))}; there are {', '.join(MEASUREMENTS)}")
    return names or [*MEASUREMENTS]


def main() -> None:
    print(f"{machine()}\n", flush=True)
    for name in chosen():
        title, measure = MEASUREMENTS[name]
        began = time.monotonic()
        print(f"## {title}\n\n{asyncio.run(measure())}\n")
        print(f"`python -m bench {name}`, {time.monotonic() - began:.0f} s\n", flush=True)


if __name__ == "__main__":
    main()
