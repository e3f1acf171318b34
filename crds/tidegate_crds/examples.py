"""Contract examples of an Endpoint: a request, and what the endpoint must answer before it is served."""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from tidegate_crds.common import Label, Method, Program, Texts
from tidegate_crds.model import EMPTY, Model
from tidegate_crds.rules import Rule


class ExampleRequest(Model):
    """A request to the endpoint's own address."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            message="Give body or text, not both.",
            holds=lambda self: not ("body" in self and "text" in self),
            cel=None,  # it does not see what has no type
            reads=(),
        ),
    )

    method: Method = "POST"
    """The method."""
    query: Texts = EMPTY
    """Query parameters by name."""
    headers: Texts = EMPTY
    """Headers by name, beside the token. Without Content-Type the body counts as JSON."""
    body: Any = None
    """The body, as JSON."""
    text: Program | None = None
    """The body as it stands, in place of body: for what is no JSON, or has to be JSON to the letter."""
    token: bool = True
    """Whether the request has a valid token, where the endpoint wants one."""


class ExampleResponse(Model):
    """What must be answered."""

    status: Annotated[int, Field(ge=100, le=599)]
    """The HTTP status."""
    body: Any = None
    """What the body must have at least: the members that objects have here, and arrays element by element."""


class Example(Model):
    """A request and its answer. It is tried out whenever the resource changes, without a trace."""

    WHOLE: ClassVar[bool] = True

    name: Label
    """Name of the example."""
    request: ExampleRequest = ExampleRequest()
    """What is sent. Default: a POST without a body."""
    response: ExampleResponse
    """What must be answered."""
