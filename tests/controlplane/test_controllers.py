"""What the controller manager does on the shared cluster: the tests of the operator rely on it."""

import json

from tests.controlplane.kubectl import Kubectl
from tests.controlplane.waiting import until


def config_map(name: str, namespace: str, **metadata: object) -> str:
    """A ConfigMap's manifest."""
    place = {"name": name, "namespace": namespace, **metadata}
    return json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": place})


def is_gone(kubectl: Kubectl, *what: str) -> bool:
    """Whether the API server says that it has no such object."""
    return "(NotFound)" in kubectl("get", *what, check=False).stderr


def test_a_deleted_namespace_goes_with_what_is_in_it(kubectl: Kubectl, namespace: str) -> None:
    kubectl("create", "--filename=-", stdin=config_map("inside", namespace))
    kubectl("delete", "namespace", namespace, "--wait=false")
    until(lambda: is_gone(kubectl, "namespace", namespace), "the namespace's end", every=0.5)
    assert is_gone(kubectl, "configmap", "inside", f"--namespace={namespace}")


def test_a_dependent_goes_with_its_owner(kubectl: Kubectl, namespace: str) -> None:
    here = f"--namespace={namespace}"
    kubectl("create", "--filename=-", stdin=config_map("owner", namespace))
    uid = kubectl("get", "configmap", "owner", here, "--output=jsonpath={.metadata.uid}").stdout
    owner = {"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": uid}
    kubectl("create", "--filename=-", stdin=config_map("dependent", namespace, ownerReferences=[owner]))
    kubectl("delete", "configmap", "owner", here)
    until(lambda: is_gone(kubectl, "configmap", "dependent", here), "the dependent's end", every=0.2)


def test_a_namespace_has_its_default_account(kubectl: Kubectl, namespace: str) -> None:
    def account() -> bool:
        return not is_gone(kubectl, "serviceaccount", "default", f"--namespace={namespace}")

    until(account, "the default account", every=0.1)
