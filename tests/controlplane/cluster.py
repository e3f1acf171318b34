"""A cluster to test on, wherever it comes from, as users of a shared one tell each other."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True)
class Cluster:
    """Its administrator's kubeconfig, its address, and a folder for notes about it that lives as long as it does."""

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
