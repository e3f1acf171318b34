import shlex
from typing import Any

import pytest

from tidegate_gateway.config.model import EndpointConfig, MethodConfig, TaskBinding
from tidegate_operator.local.terminal.example import curl_line
from tidegate_operator.store import Key, Secret
from tidegate_operator.translate.model import Served, Translation, Verdict

URL = "http://127.0.0.1:8080"


def endpoint(name: str, **more: Any) -> EndpointConfig:
    given = {"methods": {"POST": MethodConfig()}, **more}
    return EndpointConfig(namespace="acme", name=name, company="acme", group="sales", slug=name, **given)


def translation(*configs: EndpointConfig) -> Translation:
    served, verdicts = {}, {}
    for config in configs:
        key = Key("Endpoint", config.namespace, config.name)
        path = f"/api/endpoint/{config.company}/{config.group}/{config.slug}"
        secret = f"{config.name}-tokens" if config.authentication == "Token" else None
        served[key] = Served(1, config)
        verdicts[key] = Verdict(key, config.name, 1, (), 1, path, "POST", secret)
    return Translation(served, verdicts)


def tokens(key: Key) -> Secret | None:
    return Secret(key, {"POST": b"tg_" + key.name.encode()})


def test_the_line_has_address_token_and_body() -> None:
    line = curl_line(translation(endpoint("orders")), tokens, URL)
    assert line is not None
    assert shlex.split(line) == [
        *("curl", "-X", "POST", f"{URL}/api/endpoint/acme/sales/orders"),
        *("-H", "Authorization: Bearer tg_orders-tokens", "-H", "Content-Type: application/json"),
        *("-d", '{"hello": "world"}'),
    ]


def test_without_authentication_there_is_no_token() -> None:
    line = curl_line(translation(endpoint("open", authentication="None")), lambda _: None, URL)
    assert line is not None
    assert "Authorization" not in line


def test_the_endpoint_that_asks_the_least_is_taken() -> None:
    task = MethodConfig(task=TaskBinding(name="t"))
    line = curl_line(
        translation(
            endpoint("a-task", methods={"POST": task}), endpoint("b-far", allowed_ips=("10.0.0.0/8",)), endpoint("c")
        ),
        tokens,
        URL,
    )
    assert line is not None
    assert "/sales/c " in line


@pytest.mark.parametrize(
    "config",
    [
        endpoint("a", methods={"GET": MethodConfig()}),
        endpoint("a", paused=True),
        endpoint("a", authentication="Internal"),
    ],
)
def test_what_nobody_can_post_to_is_no_example(config: EndpointConfig) -> None:
    assert curl_line(translation(config), tokens, URL) is None


def test_there_is_none_before_there_is_a_token() -> None:
    assert curl_line(translation(endpoint("a")), lambda _: None, URL) is None
    assert curl_line(translation(endpoint("a")), lambda key: Secret(key, {"GET": b"x"}), URL) is None
    assert curl_line(translation(), tokens, URL) is None
