"""How a row's credentials are laid out: JSON of field → Base64 of the value, each sealed for its own field."""

import base64
import json
from collections.abc import Mapping

from tidegate_gateway.secrets import CannotOpen, Context, Sealer


def seal_fields(fields: Mapping[str, bytes], namespace: str, uid: str, sealer: Sealer) -> bytes:
    """Seal the credentials of one resource."""
    sealed = {name: sealer.seal(value, Context(namespace, uid, name)) for name, value in fields.items()}
    return json.dumps({name: base64.b64encode(value).decode() for name, value in sealed.items()}).encode()


def open_fields(sealed: bytes, namespace: str, uid: str, sealer: Sealer) -> dict[str, bytes]:
    """Open the credentials of one resource; raises CannotOpen."""
    try:
        fields = {name: base64.b64decode(value) for name, value in json.loads(sealed).items()}
    except (ValueError, TypeError, AttributeError):
        raise CannotOpen(None, "it is not what Tidegate writes.") from None
    return {name: sealer.open(value, Context(namespace, uid, name)) for name, value in fields.items()}
