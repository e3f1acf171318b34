from pathlib import Path

from kubernetes.aio import client, config

from tests.controlplane.kubeconfig import cluster_entry, write_kubeconfig


async def test_the_client_library_reads_it(tmp_path: Path) -> None:
    path = write_kubeconfig(tmp_path / "config", cluster_entry("https://127.0.0.1:6443", b"PEM"), "s3cret", "shop")
    settings = client.Configuration()
    await config.load_kube_config(str(path), client_configuration=settings)
    assert settings.host == "https://127.0.0.1:6443"
    assert settings.api_key["BearerToken"] == "Bearer s3cret"
    assert settings.ssl_ca_cert is not None
    assert Path(settings.ssl_ca_cert).read_bytes() == b"PEM"


def test_it_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = write_kubeconfig(tmp_path / "config", cluster_entry("https://127.0.0.1:6443", b"PEM"), "s3cret")
    assert path.stat().st_mode & 0o777 == 0o600
