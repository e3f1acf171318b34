"""The table of methods and routes, with every way in which a method can be configured."""

from tests.gateway.config.samples import endpoint
from tests.gateway.front.calling import ORDERS, answer, without_trace
from tests.gateway.front.conftest import OpenFront
from tidegate_gateway.config.model import EndpointConfig
from tidegate_gateway.front.routes import allow, route_table

ID = "/01a21444-bef4-7359-b8e1-b0c8b0b8fc18"
TASK = {"task": {"name": "t"}}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def config(*methods: str, task: bool = False, **changes: object) -> EndpointConfig:
    values = {"authentication": "None", "methods": {method: TASK if task else {} for method in methods}}
    return endpoint(**values, **changes)  # type: ignore[arg-type]


STORED = [
    # method, tail, status, code
    ("POST", "", 400, "invalid_json"),
    ("GET", "", 200, ""),
    ("HEAD", "", 200, ""),
    ("PUT", "", 404, "not_found"),
    ("PATCH", "", 404, "not_found"),
    ("DELETE", "", 404, "not_found"),
    ("TRACE", "", 405, "method_not_allowed"),
    ("GET", ID, 404, "not_found"),
    ("POST", ID, 405, "method_not_allowed"),
    ("PUT", ID, 400, "invalid_json"),
    ("PATCH", ID, 400, "invalid_json"),
    ("DELETE", ID, 404, "not_found"),
    ("GET", "/all", 405, "method_not_allowed"),
    ("POST", "/all", 405, "method_not_allowed"),
    ("DELETE", "/all", 404, "not_found"),
    ("GET", "/elsewhere", 404, "not_found"),
    ("POST", "/ALL", 404, "not_found"),
]
WITH_TASKS = [
    *((method, "", 503, "task_not_available") for method in METHODS),
    ("HEAD", "", 503, ""),
    ("GET", ID, 404, "not_found"),
    ("PUT", ID, 404, "not_found"),
    ("PATCH", ID, 404, "not_found"),
    ("DELETE", ID, 404, "not_found"),
]
NOTHING_BUT_POST = [
    *((method, "", 405, "method_not_allowed") for method in ("GET", "PUT", "PATCH", "DELETE")),
    ("HEAD", "", 405, ""),
    ("GET", ID, 404, "not_found"),
    ("PUT", ID, 405, "method_not_allowed"),
    ("PATCH", ID, 405, "method_not_allowed"),
    ("DELETE", ID, 404, "not_found"),
]
DELETING = [
    ("DELETE", "", 405, "method_not_allowed"),
    ("DELETE", ID, 404, "not_found"),
    ("DELETE", "/all", 204, ""),
    ("GET", "/all", 405, "method_not_allowed"),
]
TABLES = {
    "stored": (config(*METHODS), STORED),
    "tasks": (config(*METHODS, task=True), WITH_TASKS),
    "post only": (config("POST"), NOTHING_BUT_POST),
    "deleting": (config("POST", allow_deleting=True), DELETING),
}


async def test_every_method_at_every_route(open_front: OpenFront) -> None:
    for name, (served, table) in TABLES.items():
        front = open_front(served)
        heard = []
        for method, tail, _, _ in table:
            reply = await answer(front, method, ORDERS + tail)
            heard.append((method, tail, reply.status, "" if method == "HEAD" else reply.code))
        assert heard == table, name


ALLOWED = [
    (config(*METHODS), "", "GET, HEAD, POST, OPTIONS"),
    (config(*METHODS), ID, "GET, HEAD, PUT, PATCH, OPTIONS"),
    (config(*METHODS), "/all", "OPTIONS"),
    (config(*METHODS, task=True), "", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
    (config(*METHODS, task=True), ID, "GET, HEAD, OPTIONS"),
    (config("POST"), "", "POST, OPTIONS"),
    (config("POST"), ID, "GET, HEAD, OPTIONS"),
    (config("POST", allow_deleting=True), ID, "GET, HEAD, DELETE, OPTIONS"),
    (config("POST", allow_deleting=True), "/all", "DELETE, OPTIONS"),
]


async def test_allow_names_what_is_served(open_front: OpenFront) -> None:
    for served, tail, allowed in ALLOWED:
        front = open_front(served)
        options, refused = await answer(front, "OPTIONS", ORDERS + tail), await answer(front, "TRACE", ORDERS + tail)
        assert (options.status, without_trace(options), options.body) == (204, {"allow": allowed}, b"")
        assert (refused.status, refused.headers["allow"]) == (405, allowed)


async def test_options_of_what_is_no_address_of_the_endpoint_is_not_found(open_front: OpenFront) -> None:
    assert (await answer(open_front(config("POST")), "OPTIONS", ORDERS + "/nowhere")).code == "not_found"


OTHER_PATHS = [
    ORDERS + "/",
    ORDERS + "/all/",
    ORDERS + ID + "/x",
    ORDERS.replace("orders", "Orders"),
    ORDERS.replace("orders", "%6frders"),
    ORDERS.replace("/acme", "//acme"),
    "/api/endpoint/",
    "/api/endpoint/acme",
    "/api/endpoint/acme/main",
]


async def test_an_address_is_matched_exactly(open_front: OpenFront) -> None:
    front = open_front(config("POST"))
    for path in OTHER_PATHS:
        assert (await answer(front, "POST", path, body=b"{}")).code == "unknown_endpoint", path


async def test_an_id_is_read_in_either_case_and_in_one_spelling(open_front: OpenFront) -> None:
    front = open_front(config("POST"))
    stored = await answer(front, body=b"1")
    id_ = stored.json["ID"]
    spelled = {id_: 200, id_.upper(): 200, id_.replace("-", ""): 404, "{" + id_ + "}": 404, f"urn:uuid:{id_}": 404}
    assert {text: (await answer(front, "GET", f"{ORDERS}/{text}")).status for text in spelled} == spelled


def test_a_table_that_serves_nothing_still_answers_options() -> None:
    table = route_table(config("PUT"))
    assert (allow(table.collection), allow(table.everything)) == (b"OPTIONS", b"OPTIONS")
