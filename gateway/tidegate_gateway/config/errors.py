"""What can go wrong between what the operator has translated and what a gateway serves.

ConfigError
├── Unpublishable   one resource that the database cannot hold: it is left out, the others are published
├── Superseded      another leads and has published: this process must end
└── NotCompiled     one resource that a gateway cannot serve: its last good one stays

PostgreSQL out of reach is `tidegate_gateway.data.errors.Unavailable`.
"""


class ConfigError(Exception):
    """The base of this room's errors. The text is safe to show."""


class Unpublishable(ConfigError):
    """A resource whose configuration cannot be stored; `problem` says what to change."""

    def __init__(self, kind: str, namespace: str, name: str, problem: str) -> None:
        super().__init__(f"{kind} {namespace}/{name} cannot be published: {problem}")
        self.kind, self.namespace, self.name, self.problem = kind, namespace, name, problem


class Superseded(ConfigError):
    """A leader with a higher epoch has taken over."""

    def __init__(self, epoch: int) -> None:
        super().__init__(f"Another operator has taken over from epoch {epoch}: this one must publish nothing more.")
        self.epoch = epoch


class NotCompiled(ConfigError):
    """A row that this gateway cannot serve; the message goes into the resource's status."""
