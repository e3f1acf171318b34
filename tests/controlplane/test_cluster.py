from pathlib import Path

from tests.controlplane.cluster import Cluster


def test_a_cluster_survives_its_way_through_a_file() -> None:
    cluster = Cluster(Path("/run/admin.kubeconfig"), "https://127.0.0.1:20001", Path("/run"))
    assert Cluster.loads(cluster.dumps()) == cluster
