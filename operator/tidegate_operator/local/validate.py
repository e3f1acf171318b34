"""What the statuses of a folder's manifests would say, without serving anything."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tidegate_crds.conditions import ConditionType, Reason
from tidegate_operator.local.identity import Identity, uid_of
from tidegate_operator.local.manifests.folders import Reading
from tidegate_operator.local.manifests.manifest import Manifest
from tidegate_operator.local.manifests.pieces import Problem
from tidegate_operator.local.world import custom_resources, resource_of, secrets_of
from tidegate_operator.store import Key, Secret, path_key
from tidegate_operator.translate.model import Finding, Translation, World
from tidegate_operator.translate.translator import Translator

CheckPath = Callable[[str], Awaitable[str | None]]
REFUSING = (ConditionType.ACCEPTED, ConditionType.RESOLVED_REFS)
CREATED = "1970-01-01T00:00:00Z"  # one age for all: names decide who is the older


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that a status would say, with its place. Of a file that can't be read there is no resource."""

    condition: ConditionType
    reason: Reason
    place: Problem  # its message is the finding's
    resource: Key | None = None
    path: str | None = None

    @property
    def refuses(self) -> bool:
        """Whether it makes `tidegate validate` fail."""
        return self.condition in REFUSING


async def validate(reading: Reading, check_path: CheckPath) -> list[Told]:
    """Everything that there is to say, by file. `check_path` is asked about each path of an index."""
    manifests = custom_resources(reading)
    verdicts = (await _translated(reading, manifests, check_path)).verdicts
    told = [Told(ConditionType.ACCEPTED, Reason.INVALID_FIELD, problem) for problem in reading.problems]
    told += [_told(manifest, finding) for key, manifest in manifests.items() for finding in verdicts[key].findings]
    return sorted(told, key=lambda one: (one.place.file, one.place.line, one.place.column))


async def _translated(reading: Reading, manifests: dict[Key, Manifest], check_path: CheckPath) -> Translation:
    known = secrets_of(reading)
    resources = {key: resource_of(m, Identity(uid_of(key), CREATED, 1)) for key, m in manifests.items()}
    secrets: dict[Key, Secret | None] = {}
    paths: dict[str, str | None] = {}
    world, translator = World(resources, secrets, paths), Translator()
    translation = translator.translate(world)
    while changed := {*translation.wanted_secrets, *(path_key(path) for path in translation.wanted_paths)}:
        secrets |= {key: known.get(key) for key in translation.wanted_secrets}
        paths |= {path: await check_path(path) for path in translation.wanted_paths}
        translation = translator.translate(world, changed)
    return translation


def _told(manifest: Manifest, finding: Finding) -> Told:
    place = manifest.problem(finding.message, finding.path)
    return Told(finding.condition, finding.reason, place, manifest.key, finding.path)
