"""Where the users of a shared control plane and its supervisor find each other: files in the run's folder."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True)
class Cluster:
    """A cluster to test on: its administrator's kubeconfig, its address, and a folder that lives as long as it does."""

    kubeconfig: Path
    url: str
    folder: Path

    def dumps(self) -> str:
        """As JSON."""
        return json.dumps({"kubeconfig": str(self.kubeconfig), "url": self.url, "folder": str(self.folder)})

    @classmethod
    def loads(cls, text: str) -> Self:
        """From JSON."""
        values = json.loads(text)
        return cls(Path(values["kubeconfig"]), values["url"], Path(values["folder"]))


@dataclass(frozen=True)
class Meeting:
    """The files of one run."""

    folder: Path

    @property
    def entrance(self) -> Path:
        """Locked by whoever joins, so that only one starts the control plane."""
        return self.folder / "control-plane.entrance"

    @property
    def users(self) -> Path:
        """Locked by all users together, then by the supervisor alone."""
        return self.folder / "control-plane.users"

    @property
    def running(self) -> Path:
        """The Cluster, while it runs."""
        return self.folder / "control-plane.json"

    @property
    def failure(self) -> Path:
        """Why it did not start, so that nobody else in the run tries in vain."""
        return self.folder / "control-plane.failure"

    @property
    def log(self) -> Path:
        """What the supervisor says."""
        return self.folder / "control-plane.log"
