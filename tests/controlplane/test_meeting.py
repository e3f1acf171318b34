from pathlib import Path

from tests.controlplane.meeting import Cluster, Meeting


def test_a_cluster_survives_its_way_through_a_file() -> None:
    cluster = Cluster(Path("/run/admin.kubeconfig"), "https://127.0.0.1:20001", Path("/run"))
    assert Cluster.loads(cluster.dumps()) == cluster


def test_no_two_files_of_a_meeting_are_one() -> None:
    meeting = Meeting(Path("/run"))
    assert len({meeting.entrance, meeting.users, meeting.running, meeting.failure, meeting.log}) == 5
