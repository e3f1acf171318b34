"""Every request to the API server but the watch: lists, Secrets, statuses, Events. It raises nothing but ApiError."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

import aiohttp
import orjson
from kubernetes.aio import client, config

from tidegate_crds.kinds import API_VERSION, GROUP, KINDS, VERSION
from tidegate_operator.errors import ApiError
from tidegate_operator.metrics import METRICS
from tidegate_operator.status import merged
from tidegate_operator.store import Body, Echo, Key, Resource, Secret, secret_of

FIELD_MANAGER = "tidegate"
APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"
PAGE = 500
REQUEST_SECONDS, LIST_SECONDS = 10.0, 30.0
OK, NOT_FOUND, CONFLICT, SERVER_ERROR = 200, 404, 409, 500
NO_HELM = "type!=helm.sh/release.v1"  # big, many, and never referred to


@contextmanager
def _calling(action: str) -> Iterator[None]:
    """Turn what the client raises into ApiError, which is not chained: the client's own errors hold bodies, headers and
    values, of Secrets among others, and a chain is logged as a whole."""
    try:
        yield
    except client.ApiException as error:
        raise _failed(action, error.status or 0, f"the API server answered {error.status} {error.reason}") from None
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise _failed(action, 0, f"the API server could not be reached ({type(error).__name__})") from None
    except ValueError as error:
        raise _failed(action, OK, f"the API server's answer could not be read ({type(error).__name__})") from None


def _failed(action: str, status: int, detail: str) -> ApiError:
    METRICS.api_errors.labels(str(status)).inc()
    return ApiError(action, status, detail)


class ApiServer:
    """One connection pool to the API server, in the cluster or by kubeconfig."""

    def __init__(self, api_client: client.ApiClient) -> None:
        self.client = api_client
        self._custom, self._core = client.CustomObjectsApi(api_client), client.CoreV1Api(api_client)
        self._crds, self._events = client.ApiextensionsV1Api(api_client), client.EventsV1Api(api_client)

    @classmethod
    async def connect(cls) -> Self:
        """In a pod by its ServiceAccount, else by the kubeconfig."""
        try:
            config.load_incluster_config()
        except config.ConfigException:
            try:
                await config.load_kube_config()
            except (config.ConfigException, OSError) as error:
                raise ApiError("Connecting", 0, "there is no cluster: set KUBECONFIG, or run in a pod") from error
        return cls(client.ApiClient())

    async def close(self) -> None:
        """Close the connections."""
        await self.client.close()

    async def pages(self, kind: str, namespace: str = "") -> AsyncIterator[Body]:
        """A complete list of a kind, page by page; each page has `items` and the list's `metadata`."""
        plural, token = KINDS[kind].plural, None
        while token != "":
            with _calling(f"Listing {plural}"):
                options: dict[str, Any] = {"limit": PAGE, "_continue": token, "_request_timeout": LIST_SECONDS}
                page: Any = (
                    await self._custom.list_namespaced_custom_object(GROUP, VERSION, namespace, plural, **options)
                    if namespace
                    else await self._custom.list_cluster_custom_object(GROUP, VERSION, plural, **options)
                )
            yield page
            token = page["metadata"].get("continue", "")

    async def crd_is_served(self, kind: str) -> bool:
        """Whether a CRD is there and nobody is deleting it."""
        with _calling(f"Reading the CRD of {kind}"):
            try:
                name = f"{KINDS[kind].plural}.{GROUP}"
                crd = await self._crds.read_custom_resource_definition(name, _request_timeout=REQUEST_SECONDS)
            except client.ApiException as error:
                if error.status == NOT_FOUND:
                    return False
                raise
        return crd.metadata is not None and crd.metadata.deletion_timestamp is None

    async def secret_pages(self, namespace: str = "") -> AsyncIterator[list[Secret]]:
        """Every Secret but Helm's own, page by page, without the client's models: they cost ten times as much."""
        token = None
        while token != "":
            with _calling("Listing Secrets"):
                options: dict[str, Any] = {
                    "limit": PAGE,
                    "_continue": token,
                    "field_selector": NO_HELM,
                    "_request_timeout": LIST_SECONDS,
                }
                response = (
                    await self._core.list_namespaced_secret_without_preload_content(namespace, **options)
                    if namespace
                    else await self._core.list_secret_for_all_namespaces_without_preload_content(**options)
                )
                page = _body(response.status, await response.read())
            yield [secret_of(item) for item in page.get("items") or ()]
            token = page["metadata"].get("continue", "")

    async def read_secret(self, key: Key) -> Secret | None:
        """One Secret; None if it is not there."""
        with _calling(f"Reading {key}"):
            response = await self._core.read_namespaced_secret_without_preload_content(
                key.name, key.namespace, _request_timeout=REQUEST_SECONDS
            )
            data = await response.read()
            return None if response.status == NOT_FOUND else secret_of(_body(response.status, data))

    async def create_secret(self, key: Key, body: dict[str, Any]) -> Secret:
        """Make a Secret; ApiError with status 409 if it is there."""
        with _calling(f"Making {key}"):
            made = await self._core.create_namespaced_secret(
                key.namespace,
                client.V1Secret.model_validate(body),
                field_manager=FIELD_MANAGER,
                _request_timeout=REQUEST_SECONDS,
            )
            return secret_of(made.model_dump(mode="json", by_alias=True, exclude_none=True))

    async def patch_secret(self, key: Key, body: dict[str, Any]) -> Secret:
        """Merge into a Secret; the resourceVersion in `body` is the lock."""
        with _calling(f"Filling {key}"):
            made = await self._core.patch_namespaced_secret(
                key.name,
                key.namespace,
                body,
                field_manager=FIELD_MANAGER,
                _content_type=MERGE,
                _request_timeout=REQUEST_SECONDS,
            )
            return secret_of(made.model_dump(mode="json", by_alias=True, exclude_none=True))

    async def apply_status(self, resource: Resource, echo: Echo, status: Mapping[str, Any]) -> Body:
        """Server-side apply of our fields of a status; gives the object as it is now.

        The version is the lock (409 if the object was edited or made anew meanwhile): a uid is not checked on /status.
        """
        kind, namespace, name = resource.key
        meta = {"name": name, "namespace": namespace, "resourceVersion": str(echo.version)}
        body = {"apiVersion": API_VERSION, "kind": kind, "metadata": meta, "status": dict(status)}
        try:
            return await self._patch_status(resource.key, body, APPLY, force=True)
        except ApiError as error:
            if error.status != SERVER_ERROR:
                raise
        # An object of an older CRD that does not fit the schema: apply cannot take it (500), but a merge can.
        return await self._patch_status(resource.key, body | {"status": merged(echo.status, status)}, MERGE)

    async def _patch_status(self, key: Key, body: dict[str, Any], content_type: str, **options: Any) -> Body:
        with _calling(f"Writing the status of {key}"):
            shown: Any = await self._custom.patch_namespaced_custom_object_status(
                GROUP,
                VERSION,
                key.namespace,
                KINDS[key.kind].plural,
                key.name,
                body,
                field_manager=FIELD_MANAGER,
                _content_type=content_type,
                _request_timeout=REQUEST_SECONDS,
                **options,
            )
        return dict(shown)

    async def create_event(self, namespace: str, body: dict[str, Any]) -> None:
        """Make a Kubernetes Event (events.k8s.io/v1)."""
        with _calling("Making an Event"):
            await self._events.create_namespaced_event(
                namespace, client.EventsV1Event.model_validate(body), _request_timeout=REQUEST_SECONDS
            )


def _body(status: int, data: bytes) -> Any:
    if status >= 400:
        raise client.ApiException(status=status, reason="")
    return orjson.loads(data)
