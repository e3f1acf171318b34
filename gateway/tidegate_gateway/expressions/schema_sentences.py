"""Sentences about what a schema asks for, by the kind of what is wrong. No value of a document is in them."""

from collections.abc import Callable, Mapping
from typing import Any

from jsonschema_rs import ValidationError
from jsonschema_rs import ValidationErrorKind as Kind

from tidegate_gateway.expressions.text import dumps, shown

_LISTED = 5
_MAX_VALUE = 60
_ARTICLES = {"array": "an array", "integer": "an integer", "object": "an object", "null": "null"}


def broken(keyword: str) -> str:
    """That a keyword is not kept to, whatever it asks for."""
    return f"It breaks the rule {shown(keyword)} of the schema."


def detail(error: ValidationError, secretive: bool) -> str:
    """What the schema asks for; `secretive` keeps values of it out."""
    kind = error.kind
    if secretive and isinstance(kind, (Kind.Enum, Kind.Constant, Kind.Pattern)):
        return "It is not what is expected here."
    if isinstance(kind, Kind.FalseSchema) and error.schema_path[-1:] == ["additionalProperties"]:
        return "It has a property that is not allowed."
    tell = _DETAILS.get(type(kind))
    return tell(kind) if tell else broken(kind.name)


def _types(kind: Any) -> str:
    names = sorted(kind.types, key="null".__eq__)
    return f"It should be {' or '.join(_ARTICLES.get(name, f'a {name}') for name in names)}."


def _unexpected(kind: Any) -> str:
    names, more = kind.unexpected[:_LISTED], len(kind.unexpected) - _LISTED
    listed = ", ".join(map(shown, names)) + (f" and {more} more" if more > 0 else "")
    if len(kind.unexpected) == 1:
        return f"The property {listed} is not allowed."
    return f"The properties {listed} are not allowed."


def _options(kind: Any) -> str:
    options = [_value(option) for option in kind.options]
    if len(options) > _LISTED or None in options:
        return "It should be one of the values that the schema lists."
    return f"It should be one of {', '.join(filter(None, options))}."


def _constant(kind: Any) -> str:
    expected = _value(kind.expected_value)
    return f"It should be {expected}." if expected else "It should be the one value that the schema allows."


def _value(value: Any) -> str | None:
    """A value of the schema, None when it is too long for a sentence."""
    text = dumps(value).decode()
    return text if len(text) <= _MAX_VALUE and text.isprintable() else None


def _counted(least: str, unit: str) -> Callable[[Any], str]:
    return lambda kind: f"It should have {least} {kind.limit} {unit if kind.limit != 1 else _SINGULAR[unit]}."


_SINGULAR = {"characters": "character", "elements": "element", "properties": "property"}
_DETAILS: Mapping[type[Any], Callable[[Any], str]] = {
    Kind.Type: _types,
    Kind.Required: lambda kind: f"The property {shown(kind.property)} is missing.",
    Kind.AdditionalProperties: _unexpected,
    Kind.UnevaluatedProperties: _unexpected,
    Kind.AdditionalItems: lambda kind: "It has more elements than are allowed.",
    Kind.UnevaluatedItems: lambda kind: "It has more elements than are allowed.",
    Kind.PropertyNames: lambda kind: f"The property name {shown(str(kind.error.instance))} is not allowed.",
    Kind.Enum: _options,
    Kind.Constant: _constant,
    Kind.Pattern: lambda kind: f"It should match the pattern {shown(kind.pattern)}.",
    Kind.Format: lambda kind: f"It should be of the format {shown(kind.format)}.",
    Kind.ContentEncoding: lambda kind: f"It should be encoded as {shown(kind.content_encoding)}.",
    Kind.ContentMediaType: lambda kind: f"It should hold {shown(kind.content_media_type)}.",
    Kind.MinLength: _counted("at least", "characters"),
    Kind.MaxLength: _counted("at most", "characters"),
    Kind.MinItems: _counted("at least", "elements"),
    Kind.MaxItems: _counted("at most", "elements"),
    Kind.MinProperties: _counted("at least", "properties"),
    Kind.MaxProperties: _counted("at most", "properties"),
    Kind.Minimum: lambda kind: f"It should be {kind.limit} or more.",
    Kind.Maximum: lambda kind: f"It should be {kind.limit} or less.",
    Kind.ExclusiveMinimum: lambda kind: f"It should be more than {kind.limit}.",
    Kind.ExclusiveMaximum: lambda kind: f"It should be less than {kind.limit}.",
    Kind.MultipleOf: lambda kind: f"It should be a multiple of {kind.multiple_of}.",
    Kind.UniqueItems: lambda kind: "Its elements should all be different.",
    Kind.Contains: lambda kind: "It should hold the elements that the schema asks for, as many as it asks for.",
    Kind.AnyOf: lambda kind: "It fits none of the alternatives.",
    Kind.OneOfNotValid: lambda kind: "It fits none of the alternatives.",
    Kind.OneOfMultipleValid: lambda kind: "It fits more than one alternative, where exactly one is asked for.",
    Kind.Not: lambda kind: "It has a form that is excluded.",
    Kind.FalseSchema: lambda kind: "Nothing is allowed here.",
}
