"""The documentation for operators names every metric and every setting."""

import re
from pathlib import Path

from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from tests.gateway.serving import started
from tidegate_gateway.settings import Settings
from tidegate_operator.metrics import METRICS

TEXT = Path(__file__).parents[1].joinpath("docs/operations.md").read_text(encoding="utf-8")
NAMED = {name.removesuffix("_total") for name in re.findall(r"`(tidegate_[a-z_]+)", TEXT)}


async def test_every_metric_of_a_gateway_is_named(database_url: str) -> None:
    async with started(database_url) as caller:
        text = (await caller.admin("/metrics")).body.decode()
    served = {metric.name for metric in text_string_to_metric_families(text)}
    assert {name for name in served if name.startswith("tidegate_")} - NAMED == set()
    assert "tidegate_requests" in served


def test_every_metric_of_an_operator_is_named() -> None:
    assert METRICS.leads is not None
    assert {metric.name for metric in REGISTRY.collect() if metric.name.startswith("tidegate_")} - NAMED == set()


def test_every_setting_is_named() -> None:
    names = {f"TIDEGATE_{name.upper()}" for name in Settings.model_fields}
    assert {name for name in names if f"`{name}`" not in TEXT} == set()
