import orjson
import pytest

from tidegate_gateway.problems import CODES, Problem

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize("code", CODES)
def test_a_problem_is_a_whole_document(code: str) -> None:
    answer = Problem(code).answer(TRACE)
    document = orjson.loads(answer.body)
    status, title, detail = CODES[code]
    assert document == {
        "type": f"https://tidegate.dev/problems/{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "traceId": TRACE,
    }
    assert (answer.status, answer.code) == (status, code)
    assert (b"content-type", b"application/problem+json") in answer.headers
    assert (b"retry-after" in dict(answer.headers)) == (status == 503)


def test_details_are_sentences() -> None:
    assert [detail for _, _, detail in CODES.values() if not (detail[0].isupper() and detail.endswith("."))] == []


def test_a_problem_may_say_more() -> None:
    problem = Problem("paused", "Back at noon.", ((b"x", b"y"),))
    assert (problem.detail, str(problem)) == ("Back at noon.", "Back at noon.")
    assert problem.headers == ((b"x", b"y"), (b"retry-after", b"60"))
