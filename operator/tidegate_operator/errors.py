"""What can go wrong in the operator.

OperatorError
├── ApiError        the API server refused, could not be reached (`status` 0), or could not be understood (200)
├── KindGone        a CRD is gone or going: an empty world that must not be believed
└── LeaseLost       another may lead from now on (in `leader`, which ends the process)
"""


class OperatorError(Exception):
    """The base of this package's errors; the text is safe to log."""


class ApiError(OperatorError):
    """A request to the API server failed."""

    def __init__(self, action: str, status: int, detail: str) -> None:
        super().__init__(f"{action} failed: {detail}")
        self.action, self.status, self.detail = action, status, detail

    @property
    def is_outage(self) -> bool:
        """Whether no other request would fare better; any other status may be one object's own, as a webhook's is."""
        return self.status in (0, 401, 429, 503)


class KindGone(OperatorError):
    """A CRD is gone or being deleted: its objects' deletions are no one's wish, and nothing may be withdrawn."""

    def __init__(self, plural: str) -> None:
        super().__init__(f"The CRD {plural}.tidegate.dev is not served: apply it again. What gateways serve stays.")
        self.plural = plural


class LeaseLost(OperatorError):
    """The Lease could not be renewed: another may lead."""
