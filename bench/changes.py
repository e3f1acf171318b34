"""From `kubectl apply` to both gateways serving it: an operator among nothing else, one change after the other."""

from bench.cluster import cluster
from bench.latencies import ANSWERED, SENT, Latencies
from tests.operator.running import endpoint, led, started

CHANGES = 200


async def run() -> str:
    """The table of 200 applies."""
    async with cluster() as place, place.operator() as operator:
        await led(await started(operator))
        await place.applied(endpoint("first"))
        latencies = [await place.applied(endpoint(f"change-{number}")) for number in range(CHANGES)]
    return Latencies(f"{CHANGES} applies in a row", latencies).table(SENT, ANSWERED)
