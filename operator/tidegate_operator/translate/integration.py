"""Integration: its address, how it proves itself, what its answers mean."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from tidegate_crds import auth
from tidegate_crds.conditions import Reason
from tidegate_crds.integration import IntegrationSpec
from tidegate_gateway.config.model import IntegrationConfig
from tidegate_gateway.expressions.placeholders import compile_header
from tidegate_gateway.expressions.templates import Escape, compile_template
from tidegate_operator.store import Resource
from tidegate_operator.translate import credentials
from tidegate_operator.translate.calls import CONNECTION, check_paths, check_template
from tidegate_operator.translate.facts import Built
from tidegate_operator.translate.findings import Findings
from tidegate_operator.translate.parsing import read_spec
from tidegate_operator.translate.places import SPEC, At
from tidegate_operator.translate.view import View


def build(resource: Resource, view: View) -> Built:
    """The integration's configuration. Without its Secrets it is served all the same, and calls fail."""
    findings = Findings()
    spec = read_spec(IntegrationSpec, resource, findings)
    if spec is None:
        return findings.built()
    _check_network(spec, findings)
    for name, value in spec.headers.items():
        findings.attempt((*SPEC, "headers", name), compile_header, value)
    _check_requests(spec, findings)
    _check_answers(spec, findings)
    draft = IntegrationConfig(
        namespace=resource.key.namespace,
        name=resource.key.name,
        slug=spec.slug or resource.key.name,
        spec=spec.model_dump(mode="json", by_alias=True, exclude_none=True),
    )
    credentials.need(draft, findings)
    return findings.built(draft)


def _check_network(spec: IntegrationSpec, findings: Findings) -> None:
    if not _has_sound_port(spec.api_base_uri):
        findings.refuse(
            Reason.INVALID_ADDRESS, (*SPEC, "apiBaseUri"), "Give a port from 1 to 65535, or none, after the host."
        )
    if spec.network.mode == "OnPremise":
        sentence = "Agents come with a later version of Tidegate: set mode to Cloud."
        findings.miss((*SPEC, "network", "agentRef"), sentence, reason=Reason.NOT_YET_AVAILABLE)


def _has_sound_port(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
        return parts.port != 0 and bool(parts.hostname)
    except ValueError:
        return False


class _Templates:
    """The templates of an integration. A field of a shared connection that nobody gives is a mistake."""

    def __init__(self, spec: IntegrationSpec, findings: Findings) -> None:
        self._spec, self._findings = spec, findings

    def check(self, template: str | None, at: At) -> None:
        """One template, if there is one."""
        if template is None:
            return
        compiled = self._findings.attempt(at, compile_template, template, Escape.RAW)
        if compiled is None:
            return
        check_template(template, CONNECTION, self._findings, at)
        for path in sorted(compiled.paths) if self._spec.mode == "Shared" else ():
            self._check_field(path, at)

    def check_all(self, found: Mapping[str, str], at: At) -> None:
        """The values of headers or of query parameters."""
        for name, template in found.items():
            self.check(template, (*at, name))

    def _check_field(self, path: tuple[str, ...], at: At) -> None:
        match path:
            case ("connection", _, "unencrypted", name, *_) if name not in self._spec.unencrypted:
                sentence = f"Give unencrypted a field {name}, or name another: there is none for {'.'.join(path)}."
            case ("connection", _, "encrypted", *_) if self._spec.encrypted_ref is None:
                sentence = f"Add encryptedRef, a Secret with the field: there is none for {'.'.join(path)}."
            case _:
                return
        self._findings.refuse(Reason.INVALID_EXPRESSION, at, sentence)


def _check_requests(spec: IntegrationSpec, findings: Findings) -> None:
    templates = _Templates(spec, findings)
    if spec.token and spec.token.refresh:
        refresh, at = spec.token.refresh, (*SPEC, "token", "refresh")
        _check_request(refresh, templates, at)
        check_paths({"tokenPath": refresh.token_path}, findings, at)
        if refresh.revoke:
            _check_request(refresh.revoke, templates, (*at, "revoke"))
    if spec.cookie:
        templates.check(spec.cookie.relative_uri, (*SPEC, "cookie", "relativeUri"))
        templates.check(spec.cookie.body, (*SPEC, "cookie", "body"))
    if spec.custom:
        templates.check_all(spec.custom.headers, (*SPEC, "custom", "headers"))
        templates.check_all(spec.custom.query, (*SPEC, "custom", "query"))
    if spec.ping:
        templates.check(spec.ping.relative_uri, (*SPEC, "ping", "relativeUri"))
        templates.check(spec.ping.body, (*SPEC, "ping", "body"))


def _check_request(request: auth.Refresh | auth.Revoke, templates: _Templates, at: At) -> None:
    templates.check(request.relative_uri, (*at, "relativeUri"))
    templates.check_all(request.headers, (*at, "headers"))
    templates.check(request.body, (*at, "body"))


def _check_answers(spec: IntegrationSpec, findings: Findings) -> None:
    check_paths({"path": spec.auth_failure.path}, findings, (*SPEC, "authFailure"))
    if spec.ping:
        ping = spec.ping
        paths = {"successPath": ping.success_path, "failPath": ping.fail_path, "errorPath": ping.error_path}
        check_paths(paths, findings, (*SPEC, "ping"))
