from collections.abc import Callable
from pathlib import Path

import pytest
from kubernetes.aio import client, config

from tests.controlplane.kubectl import Kubectl
from tests.controlplane.waiting import until

RULES = """
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: whatever}
rules:
- {apiGroups: [""], resources: [configmaps], verbs: [list]}
- {apiGroups: [""], resources: [secrets], resourceNames: [mine], verbs: [get]}
- {apiGroups: [coordination.k8s.io], resources: [leases/status], verbs: [patch]}
---
# an empty document and other kinds are passed over
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: ignored}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: whatever}
rules:
- {apiGroups: [""], resources: [nodes], verbs: [list]}
- {nonResourceURLs: [/metrics], verbs: [get]}
"""


@pytest.fixture
def limited(account: Callable[[Path], Path], tmp_path: Path) -> Path:
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES)
    return account(rules)


def test_an_account_may_what_its_rules_say_at_once(limited: Path) -> None:
    kubectl = Kubectl(limited)
    assert kubectl("get", "configmaps").returncode == 0
    assert kubectl("get", "nodes").returncode == 0
    assert kubectl("get", "--raw=/metrics").stdout.startswith("# HELP")
    assert "(NotFound)" in kubectl("get", "secret", "mine", check=False).stderr


def test_an_account_may_nothing_else(limited: Path) -> None:
    kubectl = Kubectl(limited)
    for refused in (["secrets"], ["secret", "yours"], ["configmaps", "--all-namespaces"], ["namespaces"]):
        assert "(Forbidden)" in kubectl("get", *refused, check=False).stderr


async def test_the_client_library_is_refused_with_403(limited: Path, namespace: str) -> None:
    settings = client.Configuration()
    await config.load_kube_config(str(limited), client_configuration=settings)
    async with client.ApiClient(settings) as api:
        core = client.CoreV1Api(api)
        assert (await core.list_namespaced_config_map(namespace)).kind == "ConfigMapList"
        with pytest.raises(client.ApiException) as caught:
            await core.list_namespaced_secret(namespace)
    assert caught.value.status == 403


def test_the_rights_go_with_the_namespace(kubectl: Kubectl, namespace: str, limited: Path) -> None:
    def left() -> str:
        found = kubectl("get", "clusterroles,clusterrolebindings", "--output=name").stdout
        return "\n".join(line for line in found.splitlines() if namespace in line)

    assert len(left().splitlines()) == 2
    kubectl("delete", "namespace", namespace, "--wait=false")
    until(lambda: not left(), "the end of the cluster roles", every=0.5)
