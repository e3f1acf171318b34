"""Sealing: how credentials rest in PostgreSQL. It must never show a key or a plaintext in a repr, an error or a log.

A sealed value is AES-256-GCM with the key's id in front: one byte of length, the id, 12 bytes of nonce, ciphertext
and tag. It is bound to its place (namespace, resource, field): moved anywhere else it does not open.
`TIDEGATE_ENCRYPTION_KEYS` is `id:base64[,id:base64…]`: the first key seals, every one of them opens. To rotate, put the
new key first, wait until everything is sealed anew, then drop the old one.
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
import re
from collections.abc import Sequence
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES, NONCE_BYTES, TAG_BYTES = 32, 12, 16
KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,32}")


class SecretsError(Exception):
    """The base of what can go wrong with sealing: BadKeys, CannotOpen. The text is safe to show."""


class BadKeys(SecretsError):
    """The text that should name the encryption keys is not usable; `position` counts its entries from 1."""

    def __init__(self, position: int, problem: str) -> None:
        super().__init__(f"Encryption key {position}: {problem}")
        self.position = position


class CannotOpen(SecretsError):
    """A sealed value does not open: its key is not among ours, it is damaged, or it was sealed for another place."""

    def __init__(self, key_id: str | None, problem: str) -> None:
        super().__init__(f"A sealed value cannot be opened: {problem}")
        self.key_id = key_id


class Key(NamedTuple):
    """An encryption key and the name under which sealed values refer to it."""

    id: str
    secret: bytes

    def __repr__(self) -> str:
        return f"Key(id={self.id!r})"


class Context(NamedTuple):
    """The one place where a sealed value opens."""

    namespace: str
    uid: str
    field: str

    @property
    def bytes(self) -> bytes:
        """The same for the same place only: no two lists of strings have one JSON text."""
        return json.dumps(list(self)).encode()


def parse_keys(text: str) -> tuple[Key, ...]:
    """Read `id:base64[,id:base64…]`; raises BadKeys, which names the entry by its number and never quotes it."""
    keys: dict[str, Key] = {}
    for position, entry in enumerate(text.split(","), start=1):
        key = _parse_key(position, entry.strip())
        if key.id in keys:
            raise BadKeys(position, "its id is there already: give each key an id of its own.")
        keys[key.id] = key
    return tuple(keys.values())


def _parse_key(position: int, entry: str) -> Key:
    key_id, colon, encoded = entry.partition(":")
    if not colon:
        raise BadKeys(position, "write it as id:base64, and several with commas between them.")
    if not KEY_ID.fullmatch(key_id):
        raise BadKeys(position, "its id must be 1 to 32 letters, digits, dots, dashes or underscores.")
    try:
        secret = base64.b64decode(encoded.translate(str.maketrans("-_", "+/")), validate=True)
    except (binascii.Error, ValueError):
        raise BadKeys(position, "what follows the colon is not Base64.") from None
    if len(secret) != KEY_BYTES:
        raise BadKeys(position, f"it has {len(secret)} bytes and must have {KEY_BYTES}: openssl rand -base64 32.")
    return Key(key_id, secret)


def generate_key(key_id: str = "local") -> str:
    """A new random key, as `parse_keys` reads it."""
    return f"{key_id}:{base64.b64encode(os.urandom(KEY_BYTES)).decode()}"


class Sealer:
    """Seals with the first key and opens with any of them."""

    def __init__(self, keys: Sequence[Key]) -> None:
        """`keys` holds at least one."""
        self._first = keys[0].id
        self._ciphers = {key.id: AESGCM(key.secret) for key in keys}
        self._fingerprint_key = hmac.digest(keys[0].secret, b"tidegate fingerprint", hashlib.sha256)

    def __repr__(self) -> str:
        return f"Sealer(keys={sorted(self._ciphers)})"

    def seal(self, plaintext: bytes, context: Context) -> bytes:
        """Encrypt for one place."""
        key_id, nonce = self._first.encode(), os.urandom(NONCE_BYTES)
        return (
            bytes([len(key_id)]) + key_id + nonce + self._ciphers[self._first].encrypt(nonce, plaintext, context.bytes)
        )

    def open(self, sealed: bytes, context: Context) -> bytes:
        """Decrypt at the place that it was sealed for; raises CannotOpen."""
        start = 1 + (sealed[0] if sealed else 0)
        if len(sealed) < start + NONCE_BYTES + TAG_BYTES:
            raise CannotOpen(None, "it is cut off.")
        key_id = sealed[1:start].decode("ascii", "replace")
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise CannotOpen(key_id, "the key that sealed it is not in TIDEGATE_ENCRYPTION_KEYS.")
        nonce, ciphertext = sealed[start : start + NONCE_BYTES], sealed[start + NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, ciphertext, context.bytes)
        except InvalidTag:
            raise CannotOpen(key_id, "it is damaged, or was sealed for another place or with another key.") from None

    def fingerprint(self, data: bytes) -> bytes:
        """32 bytes that are the same for the same data under the same first key, and tell nothing of the data."""
        return hmac.digest(self._fingerprint_key, data, hashlib.sha256)
