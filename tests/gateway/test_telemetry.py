import logging

import pytest
import structlog
from prometheus_client import generate_latest

from tests.gateway.logs import Logs
from tidegate_gateway.metrics import UNKNOWN, Metrics
from tidegate_gateway.trace import trace_of

TRACE = b"4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = b"00f067aa0ba902b7"


@pytest.mark.parametrize(
    "traceparent", [b"00-%b-%b-01" % (TRACE, SPAN), b"00-%b-%b-00" % (TRACE, SPAN), b"cc-%b-%b-01-more" % (TRACE, SPAN)]
)
def test_a_valid_traceparent_gives_its_trace(traceparent: bytes) -> None:
    assert trace_of(traceparent).id == TRACE.decode()


@pytest.mark.parametrize(
    "traceparent",
    [
        None,
        b"",
        b"00-%b-%b" % (TRACE, SPAN),
        b"ff-%b-%b-01" % (TRACE, SPAN),
        b"00-%b-%b-01" % (b"0" * 32, SPAN),
        b"00-%b-%b-01" % (TRACE, b"0" * 16),
        b"00-%b-%b-01" % (TRACE.upper(), SPAN),
        b"00-%b-%b-01\n" % (TRACE, SPAN),
        b"\xff" * 55,
    ],
)
def test_without_one_each_request_has_a_trace_of_its_own(traceparent: bytes | None) -> None:
    one, other = trace_of(traceparent).id, trace_of(traceparent).id
    assert one != other
    assert one != TRACE.decode()
    assert len(one) == 32
    assert int(one, 16) > 0


def test_a_line_is_one_json_object(logs: Logs) -> None:
    structlog.get_logger("any").info("something", number=1, text="ž\n")
    (line,) = logs.lines()
    assert (line["event"], line["level"], line["number"], line["text"]) == ("something", "info", 1, "ž\n")
    assert line["timestamp"].endswith("Z")
    assert logs.text.count("\n") == 1


def test_exceptions_stand_in_their_line_without_the_values_of_variables(logs: Logs) -> None:
    hidden = "hunter" + "2"
    try:
        assert len(hidden) == 0
    except AssertionError:
        structlog.get_logger().exception("failed")
    (line,) = logs.lines()
    assert (line["level"], line["exception"].startswith("Traceback")) == ("error", True)


def test_other_libraries_speak_the_same_way_and_less(logs: Logs) -> None:
    logging.getLogger("uvicorn.error").warning("Invalid %s request received.", "HTTP")
    logging.getLogger("uvicorn.error").info("Started server process")
    logging.getLogger("tidegate_gateway.data.writer").info("here")
    structlog.get_logger().debug("nobody reads this")
    assert [(line["event"], line["level"], line["logger"]) for line in logs.lines()] == [
        ("Invalid HTTP request received.", "warning", "uvicorn.error"),
        ("here", "info", "tidegate_gateway.data.writer"),
    ]


def test_an_exception_of_another_library_keeps_its_stack(logs: Logs) -> None:
    try:
        raise KeyError("x")
    except KeyError:
        logging.getLogger("asyncio").exception("unhandled")
    assert "KeyError" in logs.lines()[0]["exception"]


def text_of(metrics: Metrics) -> str:
    return generate_latest(metrics.registry).decode()


def test_requests_are_counted_and_series_of_what_is_gone_are_dropped() -> None:
    metrics = Metrics()
    for endpoint, status in [("a/one", 201), ("a/one", 201), ("a/one", 400), ("a/two", 201), (UNKNOWN, 404)]:
        metrics.requests.count(endpoint, status, 0.003)
    assert 'tidegate_requests_total{endpoint="a/one",status="201"} 2.0' in text_of(metrics)
    assert 'tidegate_request_seconds_bucket{le="0.005"} 5.0' in text_of(metrics)
    metrics.requests.forget_all_but({"a/two"})
    assert "a/one" not in text_of(metrics)
    assert 'tidegate_requests_total{endpoint="a/two",status="201"} 1.0' in text_of(metrics)
    assert 'tidegate_requests_total{endpoint="unknown",status="404"} 1.0' in text_of(metrics)
    metrics.requests.count("a/one", 201, 0.1)
    assert 'tidegate_requests_total{endpoint="a/one",status="201"} 1.0' in text_of(metrics)


def test_work_in_the_background_is_counted() -> None:
    metrics = Metrics()
    for name in ("retention_rows", "retention_partitions", "sources_dropped", "unindexable"):
        assert f"tidegate_{name}_total 0.0" in text_of(metrics)
    metrics.expired(5, 2)
    metrics.expired(1, 0)
    metrics.source_dropped()
    metrics.unindexable({1: 2, 7: 1})
    for name, value in (
        ("retention_rows", 6),
        ("retention_partitions", 2),
        ("sources_dropped", 1),
        ("unindexable", 3),
    ):
        assert f"tidegate_{name}_total {value}.0" in text_of(metrics)


def test_commits_and_gauges() -> None:
    metrics = Metrics()
    metrics.committed(7, 0.004)
    queue = [1]
    metrics.gauge("tidegate_example", "An example.", lambda: len(queue))
    queue.append(2)
    assert "tidegate_writer_batch_rows_sum 7.0" in text_of(metrics)
    assert "tidegate_example 2.0" in text_of(metrics)
    assert "process_resident_memory_bytes" in text_of(metrics)
