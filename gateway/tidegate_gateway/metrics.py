"""What a gateway counts and measures. No label may hold a token, a body or a query string."""

from collections.abc import Callable, Collection, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
BATCH_ROWS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
UNKNOWN = "unknown"  # no endpoint is called so: they are all "<namespace>/<name>"

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series beside each counter, which nobody reads


class RequestMetrics:
    """Requests by endpoint and status, and refusals by endpoint and code: as many series as there are of both.

    Children are kept: to look one up in the library costs more than to count.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter("tidegate_requests", "Requests answered.", ["endpoint", "status"], registry=registry)
        self._seconds = Histogram(
            "tidegate_request_seconds", "From a request to the end of its answer.", buckets=SECONDS, registry=registry
        )
        self._refusals = Counter(
            "tidegate_refusals", "Requests refused, by problem.", ["endpoint", "code"], registry=registry
        )
        self._children: dict[tuple[str, int], Counter] = {}
        self._refused: set[tuple[str, str]] = set()

    def count(self, endpoint: str, status: int, seconds: float, code: str | None = None) -> None:
        """One request that was answered; `code` is of the problem that it was answered with."""
        child = self._children.get((endpoint, status))
        if child is None:
            child = self._children[endpoint, status] = self._requests.labels(endpoint, str(status))
        child.inc()
        self._seconds.observe(seconds)
        if code:
            self._refused.add((endpoint, code))
            self._refusals.labels(endpoint, code).inc()

    def forget_all_but(self, endpoints: Collection[str]) -> None:
        """Drops the series of endpoints that are gone."""
        for endpoint, status in [key for key in self._children if key[0] != UNKNOWN and key[0] not in endpoints]:
            del self._children[endpoint, status]
            self._requests.remove(endpoint, str(status))
        for endpoint, code in [key for key in self._refused if key[0] != UNKNOWN and key[0] not in endpoints]:
            self._refused.discard((endpoint, code))
            self._refusals.remove(endpoint, code)


class Metrics:
    """The metrics of one gateway, in a registry of their own: a process may hold more than one gateway."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self.requests = RequestMetrics(self.registry)
        self._rows = Histogram(
            "tidegate_writer_batch_rows", "Data in one commit.", buckets=BATCH_ROWS, registry=self.registry
        )
        self._unindexable = Counter(
            "tidegate_unindexable", "Values that are not of their index's type.", registry=self.registry
        )
        self._expired = Counter(
            "tidegate_retention_rows", "Data that went after their retention, one by one.", registry=self.registry
        )
        self._days = Counter(
            "tidegate_retention_partitions", "Days of data that went as a whole.", registry=self.registry
        )
        self._sources = Counter(
            "tidegate_sources_dropped", "Data whose source address was not counted.", registry=self.registry
        )
        self._seconds = Histogram(
            "tidegate_writer_commit_seconds", "Time of one commit.", buckets=SECONDS, registry=self.registry
        )

    def unindexable(self, values: Mapping[int, int]) -> None:
        """There were values, by definition of an index, that are not of its type: they are not found by it."""
        self._unindexable.inc(sum(values.values()))

    def expired(self, rows: int, partitions: int) -> None:
        """Retention has made a round, and taken data one by one and whole days."""
        self._expired.inc(rows)
        self._days.inc(partitions)

    def source_dropped(self) -> None:
        """A datum's source address was not counted."""
        self._sources.inc()

    def committed(self, rows: int, seconds: float) -> None:
        """The writer has committed a batch."""
        self._rows.observe(rows)
        self._seconds.observe(seconds)

    def gauge(self, name: str, text: str, value: Callable[[], float]) -> None:
        """A gauge that is read when somebody asks for it."""
        Gauge(name, text, registry=self.registry).set_function(value)
