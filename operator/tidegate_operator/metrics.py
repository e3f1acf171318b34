"""The operator's metrics, made once. Labels are bounded: kinds, results, never names."""

from prometheus_client import Counter, Gauge, Histogram

SECONDS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """One attribute a metric."""

    def __init__(self) -> None:
        self.passes = Counter("tidegate_operator_passes", "Passes of the loop.", ["result"])
        self.pass_seconds = Histogram("tidegate_operator_pass_seconds", "Time of a pass.", buckets=SECONDS)
        self.published_seconds = Histogram(
            "tidegate_operator_publish_latency_seconds",
            "From an event to the commit of what it changed.",
            buckets=SECONDS,
        )
        self.status_seconds = Histogram(
            "tidegate_operator_status_latency_seconds", "From a pass to the status written.", buckets=SECONDS
        )
        self.status_writes = Counter("tidegate_operator_status_writes", "Writes of statuses.", ["result"])
        self.api_errors = Counter("tidegate_operator_api_errors", "Requests that the API server failed.", ["status"])
        self.repairs = Counter("tidegate_operator_repairs", "Differences that a list found and no event had told of.")
        self.held = Gauge("tidegate_operator_held_withdrawals", "Endpoints whose withdrawal the brake holds.")
        self.leads = Gauge("tidegate_operator_leads", "1 while this process is the leader.")
        self.last_event = Gauge("tidegate_operator_last_event_timestamp_seconds", "Time of the last event or list.")


METRICS = Metrics()
