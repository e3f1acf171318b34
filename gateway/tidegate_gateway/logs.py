"""What a process says of itself, as JSON lines. None may hold a token, a body or a query string."""

import logging
import sys
from typing import BinaryIO

import orjson
import structlog

OUR_LOGGERS = ("tidegate_gateway", "tidegate_operator")


def set_up_logging(stream: BinaryIO | None = None) -> None:
    """Lets every logger of the process write one JSON line an event; to standard error unless told otherwise."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=orjson.dumps),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.BytesLoggerFactory(stream or sys.stderr.buffer),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(handlers=[_Forwarding()], level=logging.WARNING, force=True)
    for name in OUR_LOGGERS:
        logging.getLogger(name).setLevel(logging.INFO)


class _Forwarding(logging.Handler):
    """Hands what other libraries log to structlog."""

    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger()
        log.log(record.levelno, record.getMessage(), logger=record.name, exc_info=record.exc_info)
