"""Endpoint: its address, who may call it, what it keeps. What its methods do is in `methods`."""

from collections.abc import Iterable, Iterator
from typing import get_args

from tidegate_crds import endpoint as manifest
from tidegate_crds.conditions import Reason
from tidegate_crds.endpoint import EndpointSpec
from tidegate_gateway.config.index_ids import index_id
from tidegate_gateway.config.model import EndpointConfig, Index, Method, SecretSource, TokenDigest
from tidegate_gateway.expressions.addresses import compile_pattern
from tidegate_gateway.expressions.jsonpath import compile_locations
from tidegate_operator.store import Resource
from tidegate_operator.translate.examples import example, try_out
from tidegate_operator.translate.facts import Built
from tidegate_operator.translate.findings import Findings
from tidegate_operator.translate.index_paths import too_costly
from tidegate_operator.translate.methods import method_configs
from tidegate_operator.translate.parsing import read_spec
from tidegate_operator.translate.places import SPEC
from tidegate_operator.translate.token_secret import PRIMARY, token_secret_name
from tidegate_operator.translate.view import View

METHODS: tuple[Method, ...] = get_args(Method)
KB = 1024


def build(resource: Resource, view: View) -> Built:
    """The endpoint's configuration, but for its company and the digests of its tokens."""
    findings = Findings()
    spec = read_spec(EndpointSpec, resource, findings)
    if spec is None:
        return findings.built()
    methods = method_configs(spec.methods, view, findings)
    _check_security(spec.security, findings)
    _check_data(spec.data, view, findings)
    if findings.bars or view.pending:
        return findings.built()
    security, data = spec.security, spec.data
    draft = EndpointConfig(
        namespace=resource.key.namespace,
        name=resource.key.name,
        company="",
        group=spec.group,
        slug=spec.slug or resource.key.name,
        paused=spec.paused,
        authentication=security.authentication,
        token_in_query=security.token_in_query,
        tokens=tuple(_tokens(resource.key.name, security, methods)),
        allowed_ips=security.allowed_ips,
        max_message_bytes=security.max_message_kb * KB if security.max_message_kb else None,
        allow_deleting=security.allow_deleting,
        output_type=data.output_type,
        retention_days=data.retention_days,
        redact=data.redact,
        indexes=tuple(_index(resource.uid, index) for index in data.indexes),
        reindex=resource.reindex,
        display_name=spec.display_name,
        examples=tuple(map(example, spec.examples)),
        wait_time_seconds=spec.wait_time_seconds,
        methods=methods,
    )
    try_out(draft, resource.uid, findings)
    return findings.built(draft, inherits=data.retention_days is None)


def _index(uid: str, definition: manifest.Index) -> Index:
    index = Index.model_validate(definition.model_dump())
    return index.model_copy(update={"id": index_id(uid, index)})


def _tokens(endpoint: str, security: manifest.Security, methods: Iterable[Method]) -> Iterator[TokenDigest]:
    """The primary tokens, one a method, and the secondary ones; they hold no digests yet."""
    if security.authentication == "None":
        return
    opened = _opened(security, methods)
    for method in opened:
        source = SecretSource(name=token_secret_name(endpoint), key=method)
        yield TokenDigest(name=PRIMARY, methods=(method,), digests=(), secret=source)
    for token in security.tokens if security.authentication == "Token" else ():
        source = SecretSource(name=token.secret_ref.name, key=token.secret_ref.key)
        ordered = tuple(method for method in METHODS if method in token.methods)
        yield TokenDigest(name=token.name, methods=ordered or opened, digests=(), secret=source)


def _opened(security: manifest.Security, methods: Iterable[Method]) -> tuple[Method, ...]:
    """What tokens can open: the methods that are on, GET for a stored datum, and DELETE where that is allowed."""
    items = {"GET", "DELETE"} if security.allow_deleting else {"GET"}
    return tuple(method for method in METHODS if method in methods or method in items)


def _check_security(security: manifest.Security, findings: Findings) -> None:
    at = (*SPEC, "security")
    for index, pattern in enumerate(security.allowed_ips):
        findings.attempt((*at, "allowedIPs", index), compile_pattern, pattern)
    for index, token in enumerate(security.tokens if security.authentication == "Token" else ()):
        place = (*at, "tokens", index, "secretRef")
        findings.need(token.secret_ref.name, token.secret_ref.key, place, f"the token of {token.name}")


def _check_data(data: manifest.Data, view: View, findings: Findings) -> None:
    at = (*SPEC, "data")
    for index, path in enumerate(data.redact):
        findings.attempt((*at, "redact", index), compile_locations, path)
    for index, definition in enumerate(data.indexes):
        place = (*at, "indexes", index, "path")
        if cost := too_costly(definition.path):
            findings.refuse(Reason.INVALID_INDEX_PATH, place, cost)
        elif mistake := view.path_mistake(definition.path):
            sentence = (
                f"Write it as PostgreSQL's jsonpath, such as $.customer.id; PostgreSQL says: {mistake.rstrip('.')}."
            )
            findings.refuse(Reason.INVALID_INDEX_PATH, place, sentence)
