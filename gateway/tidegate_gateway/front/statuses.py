"""The statuses of a datum's run, as they are stored and as callers read them."""

from types import MappingProxyType

NAMES = MappingProxyType(
    {
        1: "Scheduled",
        100: "InProgress",
        101: "WaitingForAgent",
        200: "FinishedSuccess",
        201: "FinishedNoData",
        202: "FinishedErrors",
        300: "FailedConnector",
        301: "FailedAgentKilled",
        302: "FailedTimeout",
        303: "FailedCancelled",
        304: "FailedRuntime",
        305: "FailedAgent",
        306: "FailedOutput",
        307: "FailedInput",
        999: "Parked",
    }
)
NOT_FINAL = frozenset({1, 100, 101, 999})


def is_final(status: int | None) -> bool:
    """Whether nothing more will come of a datum; without a run nothing does."""
    return status not in NOT_FINAL
