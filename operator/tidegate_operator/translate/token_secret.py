"""The Secret of an Endpoint's primary tokens: its name, what it lacks, and the digests of what is in it."""

import hashlib

from tidegate_gateway.config.model import EndpointConfig, Method, TokenDigest
from tidegate_operator.store import Key, Secret
from tidegate_operator.translate.model import TokenSecretWanted
from tidegate_operator.translate.secret_values import digests_of, value_of
from tidegate_operator.translate.view import UNREAD, View

PRIMARY = "primary"
SUFFIX = "-tokens"
LONGEST = 253
DIGEST = 32  # 128 bits: nobody finds a second name for them


def token_secret_name(endpoint: str) -> str:
    """`<endpoint>-tokens`; of a name that is too long for that, the beginning and, last of all, a digest of the whole.

    No other Endpoint's Secret has that name: where nothing is shortened, "-tokens" comes last.
    """
    if len(endpoint) + len(SUFFIX) <= LONGEST:
        return endpoint + SUFFIX
    digest = hashlib.sha256(endpoint.encode()).hexdigest()[:DIGEST]
    return f"{endpoint[: LONGEST - len(SUFFIX) - DIGEST - 1].rstrip('.-')}{SUFFIX}-{digest}"


def with_digests(tokens: tuple[TokenDigest, ...], view: View) -> tuple[TokenDigest, ...]:
    """The tokens with the digests of the values that there are now; without a value a token opens nothing."""
    return tuple(token.model_copy(update={"digests": digests_of(token.secret, view)}) for token in tokens)


def lacking(config: EndpointConfig, view: View) -> tuple[Secret | None, tuple[Method, ...]]:
    """The Secret of the primary tokens, and the keys that are missing in it or empty; none while nobody has looked."""
    primary = [token for token in config.tokens if token.name == PRIMARY and token.secret]
    name = token_secret_name(config.name)
    secret = view.secret(name) if primary else UNREAD
    if secret is UNREAD:
        return None, ()
    missing = [token.methods[0] for token in primary if secret is None or not value_of(secret, token.methods[0])]
    return secret, tuple(missing)


def wanted(config: EndpointConfig, uid: str, view: View) -> TokenSecretWanted | None:
    """The primary tokens to be made. Those in a Secret that is not the Endpoint's own are somebody else's to make."""
    secret, missing = lacking(config, view)
    if not missing or (secret is not None and uid not in secret.owner_uids):
        return None
    key = Key("Endpoint", config.namespace, config.name)
    return TokenSecretWanted(key, uid, Key("Secret", config.namespace, token_secret_name(config.name)), missing)
