from pathlib import Path

import pytest

from tests.controlplane.cluster import Cluster
from tests.controlplane.crds import apply_crds
from tests.controlplane.errors import KubectlError
from tests.controlplane.kubectl import Kubectl

LAMPS = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: lamps.tests.tidegate.example}
spec:
  group: tests.tidegate.example
  scope: Namespaced
  names: {kind: Lamp, plural: lamps, singular: lamp}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {lit: {type: boolean}}}}}}
"""
LAMP = """
apiVersion: tests.tidegate.example/v1
kind: Lamp
metadata: {name: desk}
spec: {lit: true}
"""


def test_an_applied_resource_is_served_at_once_and_may_be_applied_again(
    control_plane: Cluster, kubectl: Kubectl, namespace: str, tmp_path: Path
) -> None:
    (tmp_path / "lamps.yaml").write_text(LAMPS)
    apply_crds(control_plane.kubeconfig, tmp_path)
    kubectl("apply", "--filename=-", f"--namespace={namespace}", stdin=LAMP)
    apply_crds(control_plane.kubeconfig, tmp_path)
    shown = kubectl("get", "lamp", "desk", f"--namespace={namespace}", "--output=jsonpath={.spec.lit}")
    assert shown.stdout == "true"


def test_a_folder_without_definitions_is_refused(control_plane: Cluster, tmp_path: Path) -> None:
    with pytest.raises(KubectlError, match=r"holds no \*\.yaml: generate the definitions first \(`make crds`\)"):
        apply_crds(control_plane.kubeconfig, tmp_path)


def test_tidegates_own_are_served_to_every_worker(crds: Cluster, kubectl: Kubectl, namespace: str) -> None:
    assert (crds.folder / "crds.applied").exists()
    assert kubectl("get", "endpoints.tidegate.dev", f"--namespace={namespace}").stdout == ""
