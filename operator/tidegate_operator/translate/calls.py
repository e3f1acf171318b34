"""What goes out in a call and how its answer is read: templates and paths, of steps and of integrations alike."""

from collections.abc import Collection, Mapping

from tidegate_crds.connectors import HttpConnector
from tidegate_gateway.expressions import templates
from tidegate_gateway.expressions.jsonpath import compile_path
from tidegate_operator.translate.findings import Findings
from tidegate_operator.translate.places import At

EVERYWHERE = frozenset({"user", "tenant"})
CONNECTION = EVERYWHERE | {"connection.http", "connection.rest"}
"""What templates may name wherever an integration is at hand."""


def check_template(template: str, names: Collection[str], findings: Findings, at: At) -> None:
    """A Handlebars template over these names."""
    findings.attempt(at, templates.check, template, names)


def check_templates(found: Mapping[str, str], names: Collection[str], findings: Findings, at: At) -> None:
    """The values of headers or of query parameters."""
    for name, template in found.items():
        check_template(template, names, findings, (*at, name))


def check_paths(paths: Mapping[str, str | None], findings: Findings, at: At) -> None:
    """JSONPaths by the names of their fields."""
    for name, path in paths.items():
        if path is not None:
            findings.attempt((*at, name), compile_path, path)


def check_http(http: HttpConnector, names: Collection[str], findings: Findings, at: At) -> None:
    """The request and the answer of an `http` step; `names` are those of the step."""
    known = CONNECTION.union(names)
    for member, template in (("relativeUri", http.relative_uri), ("body", http.body)):
        if template is not None:
            check_template(template, known, findings, (*at, member))
    check_templates(http.query, known, findings, (*at, "query"))
    check_templates(http.headers, known, findings, (*at, "headers"))
    paths = {"resultPath": http.result_path, "successPath": http.success_path, "failPath": http.fail_path}
    check_paths(paths, findings, at)
    if http.pagination is not None:
        check_paths({"path": http.pagination.path}, findings, (*at, "pagination"))
