"""An answer beside what an example expects of it: every difference is a sentence that names its place."""

from typing import Any

import orjson
import pytest

from tidegate_gateway.asgi import Answer
from tidegate_gateway.config.model import ExampleResponse
from tidegate_gateway.front.expectation import MOST_DIFFERENCES, differences
from tidegate_gateway.problems import Problem


def found(expected: Any, body: Any) -> list[str]:
    wanted = ExampleResponse(status=200, has_body=True, body=expected)
    return differences(wanted, Answer(200, body=orjson.dumps(body)))


@pytest.mark.parametrize(
    ("expected", "body"),
    [
        ({}, {"a": 1}),
        ({"a": {"b": None}}, {"a": {"b": None, "c": 1}, "d": 2}),
        ({"a": [{"b": 1}, {}]}, {"a": [{"b": 1, "c": 2}, {"d": 3}]}),
        ([], []),
        (1, 1.0),
        (None, None),
        ("x", "x"),
        (True, True),
    ],
)
def test_a_body_may_have_more_than_is_expected(expected: Any, body: Any) -> None:
    assert found(expected, body) == []


@pytest.mark.parametrize(
    ("expected", "body", "sentence"),
    [
        ({"a": 1}, {}, "/a is not there; it should be 1."),
        ({"a": 1}, {"a": 2}, "/a is 2, not 1."),
        ({"a": 1}, {"a": True}, "/a is true, not 1."),
        ({"a": None}, {"a": 0}, "/a is 0, not null."),
        ({"a": {"b/c~": "x"}}, {"a": {"b/c~": "y"}}, '/a/b~1c~0 is "y", not "x".'),
        ({"a": {}}, {"a": []}, "/a is [], not {}."),
        ([1], [1, 2], "The body has 2 elements, not 1."),
        ({"a": [1, 2]}, {"a": [1, 3]}, "/a/1 is 3, not 2."),
        ([], {"a": 1}, 'The body is {"a": 1}, not [].'),
        ("é", "x" * 200, 'The body is "' + "x" * 119 + '…, not "é".'),
    ],
)
def test_a_difference_names_its_place_and_both_values(expected: Any, body: Any, sentence: str) -> None:
    assert found(expected, body) == [sentence]


def test_all_differences_are_told_up_to_a_bound() -> None:
    assert found({"a": 1, "b": 2, "c": 3}, {"b": 2}) == [
        "/a is not there; it should be 1.",
        "/c is not there; it should be 3.",
    ]
    assert len(found({str(number): 1 for number in range(50)}, {})) == MOST_DIFFERENCES


def test_another_status_is_told_with_the_problem_behind_it() -> None:
    expected = ExampleResponse(status=201, has_body=True, body={"a": 1})
    assert differences(expected, Answer(204)) == ["The answer is 204, not 201."]
    refused = Problem("schema_violation", errors=[("/qty", "It should be 1 or more."), ("", "It has too much.")])
    assert differences(expected, refused.answer("0" * 32)) == [
        "The answer is 400 (schema_violation: The body does not fit the schema of the endpoint. "
        "At /qty: It should be 1 or more. At the root: It has too much), not 201."
    ]


def test_a_body_is_expected_only_if_the_example_says_so() -> None:
    assert differences(ExampleResponse(status=204), Answer(204)) == []
    assert differences(ExampleResponse(status=200), Answer(200, body=b"[1]")) == []
    expected = ExampleResponse(status=204, has_body=True, body={})
    assert differences(expected, Answer(204)) == ["The answer has no body."]
