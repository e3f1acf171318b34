"""From manifests to what a translation looks at: resources with the identity a cluster would give them, and Secrets."""

from collections.abc import Mapping

from tidegate_operator.local.identity import Identity
from tidegate_operator.local.manifests.folders import Reading
from tidegate_operator.local.manifests.manifest import Manifest
from tidegate_operator.store import Key, Resource, Secret


def resource_of(manifest: Manifest, identity: Identity) -> Resource:
    """The resource of a manifest that is no Secret."""
    return Resource(manifest.key, identity.uid, identity.generation, identity.created, manifest.spec, manifest.reindex)


def custom_resources(reading: Reading) -> dict[Key, Manifest]:
    """The manifests of our own kinds."""
    return {key: manifest for key, manifest in reading.manifests.items() if key.kind != "Secret"}


def secrets_of(reading: Reading) -> Mapping[Key, Secret]:
    """The Secrets that stand in files."""
    return {key: Secret(key, manifest.spec) for key, manifest in reading.manifests.items() if key.kind == "Secret"}
