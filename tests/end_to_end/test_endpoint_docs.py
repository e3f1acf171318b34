"""The page about endpoints, followed line by line: each command works, and what the page says of its answer is so."""

import re
import subprocess

import orjson

from tests.controlplane.ports import free_port
from tests.end_to_end.blocks import FENCE, ROOT, blocks
from tests.postgres import open_folder
from tests.processes import Process
from tests.waiting import eventually
from tidegate_gateway.asgi import Answer
from tidegate_gateway.config.model import ExampleResponse
from tidegate_gateway.front.expectation import differences

PAGE = ROOT / "docs" / "endpoints.md"
WRITTEN = "127.0.0.1:8080"
MARK = "=====" * 4
COMMAND = re.compile(r"^ *curl |=\$\(curl |\| *$", re.MULTILINE)


def steps() -> list[tuple[str, str]]:
    """The commands of the page, each with the JSON that follows it: what its answer has at least, or nothing."""
    found = FENCE.findall(PAGE.read_text())
    pairs = zip(found, [*found[1:], ("", "")], strict=True)
    return [
        (text, after if kind == "json" else "")
        for (language, text), (kind, after) in pairs
        if language == "sh" and COMMAND.search(text)
    ]


def pasted(commands: list[str], listen: str) -> list[str]:
    """What each of the commands prints, in one shell."""
    script = f"\necho '{MARK}'\n".join(["set -e", *commands]).replace(WRITTEN, listen)
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.split(f"{MARK}\n")[1:]


async def test_the_page_about_endpoints_is_true() -> None:
    (manifest,) = (text for text in blocks(PAGE, "yaml") if "kind: Endpoint" in text and "allowDeleting" in text)
    with open_folder("tidegate-docs-") as folder:
        (folder / "manifests").mkdir()
        (folder / "manifests" / "orders.yaml").write_text(manifest)
        listen = f"127.0.0.1:{free_port()}"
        options = ("--data", str(folder / "data"), "--listen", listen)
        async with Process("up", str(folder / "manifests"), *options, env={}, log=folder / "up.log") as process:
            await eventually(lambda: "default/shop/orders" in process.output, within=60)
            commands = steps()
            outputs = pasted([command for command, _ in commands], listen)
    assert len(outputs) == len(commands) > 5
    for (command, expected), output in zip(commands, outputs, strict=True):
        if expected:
            response = ExampleResponse(status=200, has_body=True, body=orjson.loads(expected))
            assert differences(response, Answer(200, body=output.encode())) == [], command
