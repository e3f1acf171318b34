"""Endpoints that use everything at once, in a cluster: two operators, two gateways, kubectl, and the command line."""

import asyncio
from typing import Any

import aiohttp

from tests.end_to_end.callers import Caller
from tests.end_to_end.chain import Chain
from tests.processes import PROGRAM
from tests.waiting import eventually

WRITERS = 25
COMPANY = """
apiVersion: tidegate.dev/v1alpha1
kind: Company
metadata: {name: company}
spec: {slug: SLUG, retentionDays: DAYS}
"""
ORDERS = """
apiVersion: v1
kind: Secret
metadata: {name: erp}
stringData: {token: secret-of-the-erp}
---
apiVersion: tidegate.dev/v1alpha1
kind: DataSchema
metadata: {name: order}
spec:
  schema:
    type: object
    required: [id, total]
    properties:
      id: {type: string}
      total: {type: number, minimum: 0}
      channel: {enum: [web, shop]}
---
apiVersion: tidegate.dev/v1alpha1
kind: Endpoint
metadata: {name: orders}
spec:
  group: sales
  security:
    tokenInQuery: false
    tokens: [{name: erp, secretRef: {name: erp}}]
    allowedIPs: ["127.0.0.0/8"]
    maxMessageKB: 64
    allowDeleting: true
  data:
    redact: [$.card.number]
    indexes:
    - {name: customer, path: $.customer.id}
    - {name: total, path: $.sum, type: Number}
    - {name: paid, path: $.paid, type: Boolean}
  methods:
    post:
      input:
        mapping:
        - {property: id, from: orderId}
        - {property: total, from: $.sum}
        - {property: channel, from: "${query.channel}"}
        schemaRef: {name: order}
    get: {}
    put: {}
    patch: {}
  examples:
  - name: taken
    request: {query: {channel: web}, body: {orderId: "1", sum: 5}}
    response: {status: 201}
  - name: a-wrong-channel-is-refused
    request: {query: {channel: phone}, body: {orderId: "1", sum: 5}}
    response: {status: 400, body: {code: schema_violation, errors: [{pointer: /channel}]}}
  - name: nobody-lists-without-a-token
    request: {method: GET, token: false}
    response: {status: 401}
"""
NOTES = """
apiVersion: tidegate.dev/v1alpha1
kind: Endpoint
metadata: {name: notes}
spec:
  group: sales
  security: {authentication: None, maxMessageKB: 1}
  data:
    retentionDays: 0
    redact: [$..password]
    indexes: [{name: author, path: $.author}]
  methods:
    post:
      input: {resultPath: $.notes, schema: {type: object, required: [text]}}
      output: {includeSystemData: false}
    get: {}
    patch: {}
  examples:
  - {name: kept-by-nobody, request: {body: {notes: [{text: a}, {text: b}]}}, response: {status: 204}}
  - {name: no-text, request: {body: {notes: [{}]}}, response: {status: 400, body: {errors: [{pointer: ""}]}}}
"""
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ORDER = {
    "orderId": "A-1",
    "sum": 120,
    "customer": {"id": 7},
    "paid": False,
    "sku": "X1",
    "card": {"number": "4111-1111"},
}


async def test_endpoints_that_use_everything(chain: Chain) -> None:
    chain.apply(COMPANY.replace("DAYS", "30"))
    chain.apply(ORDERS)
    chain.apply(NOTES)
    for name in ("orders", "notes"):
        chain.wait(name)
        chain.wait(name, "IndexesReady")
    async with aiohttp.ClientSession() as session:
        orders = chain.callers(session, "sales", "orders", dict.fromkeys(METHODS, "secret-of-the-erp"))
        id_ = await _store(*orders)
        await _find_and_change(id_, *orders)
        await _change_at_once(id_, *orders)
        await _new_index(chain, id_, *orders)
        await _broken_example(chain, orders[0])
        await _notes(*chain.callers(session, "sales", "notes", {}))
        await _sources(chain)
        await _expire(chain, id_, *orders)
    output = "".join(process.output for process in (*chain.operators, *chain.gateways))
    assert not [secret for secret in ("4111-1111", "secret-of-the-erp", "hunter2") if secret in output]


async def _store(first: Caller, second: Caller) -> str:
    """What does not fit is refused at each gateway, and what does is stored without what is redacted."""
    for caller in (first, second):
        refused = await caller.call("POST", body=ORDER | {"sum": -1}, query={"channel": "web"})
        assert (refused.status, refused.json["errors"][0]["pointer"]) == (400, "/total")
        assert (await caller.call("GET", headers={"Authorization": "Bearer another"})).status == 401
    taken = await first.call("POST", body=ORDER, query={"channel": "web"})
    assert taken.status == 201
    id_: str = taken.json["ID"]
    assert await second.read(id_) == ORDER | {"card": {"number": "[redacted]"}}
    return id_


async def _find_and_change(id_: str, first: Caller, second: Caller) -> None:
    """One gateway changes what another has found; who has seen an older version may not."""
    found = await _found(second, {"customer": "7", "total[gte]": "100", "paid": "false"})
    assert [(item["ID"], item["Token"]) for item in found] == [(id_, "erp")]
    seen = (await first.call("GET", f"/{id_}")).headers["ETag"]
    paid = await second.call("PATCH", f"/{id_}", body={"paid": True, "sum": 90}, headers={"If-Match": seen})
    assert (paid.status, paid.json["paid"], paid.json["customer"]) == (201, True, {"id": 7})
    late = await first.call("PATCH", f"/{id_}", body={"paid": False}, headers={"If-Match": seen})
    assert (late.status, late.json["code"]) == (412, "version_mismatch")
    assert await _found(first, {"paid": "true", "total[lt]": "100"})
    assert (await first.call("GET", query={"total": "120"})).json["Items"] == []


async def _change_at_once(id_: str, *callers: Caller) -> None:
    """No change of many writers over two gateways is lost."""
    changes = [
        caller.call("PATCH", f"/{id_}", body={f"note{number}{at}": number})
        for number in range(WRITERS)
        for at, caller in zip("ab", callers, strict=True)
    ]
    assert {reply.status for reply in await asyncio.gather(*changes)} == {201}
    stored = await callers[0].read(id_)
    assert [stored[f"note{number}{at}"] for number in range(WRITERS) for at in "ab"] == [
        number for number in range(WRITERS) for _ in "ab"
    ]


async def _new_index(chain: Chain, id_: str, first: Caller, second: Caller) -> None:
    """What was stored before an index is found by it once that is asked for."""
    sku = "    - {name: sku, path: $.sku}\n  methods:"
    chain.apply(ORDERS.replace("  methods:", sku, 1))
    await eventually(lambda: _takes(first, {"sku": "X1"}), within=30)
    chain.wait("orders", "IndexesReady")
    assert (await first.call("GET", query={"sku": "X1"})).json["Items"] == []
    chain.kubectl("annotate", "endpoints.tidegate.dev/orders", "tidegate.dev/reindex=now")
    assert [item["ID"] for item in await _found(second, {"sku": "X1"}, within=60)] == [id_]
    said = await _tidegate(chain, "reindex", f"{chain.namespace}/sales/orders", "--wait")
    assert "sku done" in said
    chain.wait("orders")
    states = {index["name"]: index["state"] for index in chain.status("orders")["indexes"]}
    assert states == dict.fromkeys(("customer", "total", "paid", "sku"), "Ready")


async def _broken_example(chain: Chain, caller: Caller) -> None:
    """A change that breaks an example of its own is not served, and says why."""
    chain.apply(ORDERS.replace("property: channel", "property: chanel"))
    chain.wait("orders", "Accepted=False")
    (accepted,) = [one for one in chain.status("orders")["conditions"] if one["type"] == "Accepted"]
    assert accepted["reason"] == "ExampleFailed"
    assert accepted["message"].startswith("spec.examples[1]: The answer is 201, not 400.")
    assert (await caller.call("POST", body=ORDER, query={"channel": "phone"})).status == 400
    chain.apply(ORDERS)
    chain.wait("orders")


async def _notes(first: Caller, second: Caller) -> None:
    """What is not kept is gone once it is answered."""
    note = {"notes": [{"text": "a", "password": "hunter2"}], "author": "eve"}
    taken = await first.call("POST", body=note)
    assert taken.status == 204
    tail = taken.headers["Location"].rpartition("/")[2]
    assert (await second.call("GET", f"/{tail}")).status == 404
    assert (await second.call("GET", query={"author": "eve"})).json["Items"] == []
    too_large = await second.call("POST", body={"notes": [{"text": "a" * 2000}]})
    assert (too_large.status, too_large.json["code"]) == (400, "too_large")


async def _sources(chain: Chain) -> None:
    """The addresses that data came from, and what to paste of them."""
    address = f"{chain.namespace}/sales/orders"
    await eventually(lambda: _lists(chain, address, "127.0.0.1"), within=30)
    assert "allowedIPs:\n    - 127.0.0.1" in await _tidegate(chain, "sources", address, "--allowed-ips")


async def _expire(chain: Chain, id_: str, first: Caller, second: Caller) -> None:
    """The Company keeps nothing any more, and an Endpoint that says nothing else follows it."""
    chain.apply(COMPANY.replace("DAYS", "0"))
    for caller in (first, second):
        await eventually(lambda caller=caller: _has_gone(caller, id_), within=30)  # type: ignore[misc]
    assert (await first.call("GET")).json["Items"] == []


async def _found(caller: Caller, query: dict[str, str], within: float = 30) -> list[Any]:
    """What a list has, as soon as it has something: an open transaction may hold it back."""

    async def page() -> list[Any]:
        reply = await caller.call("GET", query=query)
        assert reply.status == 200, reply.json
        items: list[Any] = reply.json["Items"]
        return items

    return await eventually(page, within=within)


async def _takes(caller: Caller, query: dict[str, str]) -> bool:
    return (await caller.call("GET", query=query)).status == 200


async def _has_gone(caller: Caller, id_: str) -> bool:
    return (await caller.call("GET", f"/{id_}")).status == 404


async def _lists(chain: Chain, address: str, source: str) -> bool:
    return source in await _tidegate(chain, "sources", address)


async def _tidegate(chain: Chain, *arguments: str) -> str:
    """What a command prints; it must end well."""
    pipe = asyncio.subprocess.PIPE
    command = await asyncio.create_subprocess_exec(PROGRAM, *arguments, env=chain.env, stdout=pipe, stderr=pipe)
    async with asyncio.timeout(60):
        output, errors = await command.communicate()
    assert command.returncode == 0, errors
    return output.decode()
