"""The line that `tidegate up` prints for pasting: a POST that the first endpoint takes."""

import shlex
from collections.abc import Callable, Mapping

from tidegate_gateway.config.model import EndpointConfig
from tidegate_operator.store import Key, Secret
from tidegate_operator.translate.model import Translation, Verdict

BODY = '{"hello": "world"}'


def curl_line(translation: Translation, secret: Callable[[Key], Secret | None], public_url: str) -> str | None:
    """For the endpoint that asks the least of its caller; None if there is none to post to, or no token yet."""
    candidates = [
        (_demands(served.config), key, served.config)
        for key, served in translation.served.items()
        if isinstance(served.config, EndpointConfig) and _takes_posts(served.config)
    ]
    if not candidates:
        return None
    _, key, config = min(candidates, key=lambda candidate: candidate[:2])
    return _curl(config, translation.verdicts[key], secret, public_url)


def _takes_posts(config: EndpointConfig) -> bool:
    return "POST" in config.methods and not config.paused and config.authentication != "Internal"


def _demands(config: EndpointConfig) -> int:
    """How much may be in the way of a body that knows nothing of the endpoint."""
    method = config.methods["POST"]
    wants = (method.input.validation, method.input.mapping, method.task, config.allowed_ips)
    return sum(bool(want) for want in wants)


def _curl(
    config: EndpointConfig, verdict: Verdict, secret: Callable[[Key], Secret | None], public_url: str
) -> str | None:
    headers: Mapping[str, str] = {"Content-Type": "application/json"}
    if config.authentication == "Token":
        tokens = secret(Key("Secret", config.namespace, verdict.token_secret or ""))
        token = tokens.data.get("POST") if tokens else None
        if not token:
            return None
        headers = {"Authorization": f"Bearer {token.decode(errors='replace')}", **headers}
    words = ["curl", "-X", "POST", f"{public_url}{verdict.url_path}"]
    for name, value in headers.items():
        words += ["-H", f"{name}: {value}"]
    return shlex.join([*words, "-d", BODY])
