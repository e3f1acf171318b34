"""Service accounts with exactly the rights that a file of rules gives them."""

import json
import secrets
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from tests.controlplane.kubeconfig import write_kubeconfig
from tests.controlplane.kubectl import Kubectl
from tests.controlplane.waiting import until

Object = dict[str, Any]
RBAC = "rbac.authorization.k8s.io/v1"
REVIEWS = "/apis/authorization.k8s.io/v1/subjectaccessreviews"


def make_account(kubectl: Kubectl, namespace: str, rules: Path, folder: Path) -> Path:
    """The kubeconfig, in `folder`, of a new service account with every Role and ClusterRole of a YAML file.

    A Role holds in the namespace, a ClusterRole everywhere, whatever names the file gives them; all of it goes when the
    namespace goes. Returns when the API server honours the rights.
    """
    account = f"account-{secrets.token_hex(4)}"
    roles = [_role(document, account, namespace) for document in _roles_in(rules)]
    bindings = [_binding(role, account, namespace) for role in roles]
    _create(kubectl, namespace, [_object("ServiceAccount", "v1", account, namespace), *roles, *bindings])
    user = f"system:serviceaccount:{namespace}:{account}"
    for review in (_review(user, namespace, rule) for role in roles for rule in role["rules"]):
        until(partial(_is_allowed, kubectl, review), f"granting {review['spec']}")
    token = kubectl("create", "token", account, f"--namespace={namespace}", "--duration=6h").stdout.strip()
    return write_kubeconfig(folder / f"{account}.kubeconfig", kubectl.cluster(), token, namespace)


def _roles_in(rules: Path) -> list[Object]:
    documents = yaml.safe_load_all(rules.read_text())
    return [document for document in documents if document and document["kind"] in ("Role", "ClusterRole")]


def _create(kubectl: Kubectl, namespace: str, objects: list[Object]) -> None:
    uid = kubectl("get", "namespace", namespace, "--output=jsonpath={.metadata.uid}").stdout
    owner = {"apiVersion": "v1", "kind": "Namespace", "name": namespace, "uid": uid}
    for created in objects:
        created["metadata"]["ownerReferences"] = [owner]
    kubectl("create", "--filename=-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))


def _role(document: Object, account: str, namespace: str) -> Object:
    kind = document["kind"]
    return {
        **_object(kind, RBAC, f"{namespace}-{account}-{secrets.token_hex(2)}", namespace),
        "rules": document["rules"],
    }


def _binding(role: Object, account: str, namespace: str) -> Object:
    name = role["metadata"]["name"]
    return {
        **_object(f"{role['kind']}Binding", RBAC, name, namespace),
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": role["kind"], "name": name},
        "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": namespace}],
    }


def _object(kind: str, version: str, name: str, namespace: str) -> Object:
    metadata = {"name": name} if kind.startswith("Cluster") else {"name": name, "namespace": namespace}
    return {"apiVersion": version, "kind": kind, "metadata": metadata}


def _review(user: str, namespace: str, rule: Object) -> Object:
    verb = rule["verbs"][0]
    if "nonResourceURLs" in rule:
        asked: Object = {"nonResourceAttributes": {"path": rule["nonResourceURLs"][0], "verb": verb}}
    else:
        resource, _, part = rule["resources"][0].partition("/")
        name = next(iter(rule.get("resourceNames", [])), "")
        place = {"namespace": namespace, "group": rule["apiGroups"][0], "resource": resource, "subresource": part}
        asked = {"resourceAttributes": {**place, "name": name, "verb": verb}}
    return {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": {"user": user, **asked}}


def _is_allowed(kubectl: Kubectl, review: Object) -> bool:
    answer = kubectl("create", f"--raw={REVIEWS}", "--filename=-", stdin=json.dumps(review))
    return bool(json.loads(answer.stdout)["status"]["allowed"])
