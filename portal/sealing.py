"""Sealing personal identifiers at rest: AES-GCM ciphertext plus a keyed blind index for exact search.

Id numbers and bank accounts are never stored in clear, neither in columns nor inside the JSON of answers. The vault is
made from the settings by an edge and travels with the database session (`session.info["vault"]`).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PREFIX = "sealed:1:"


def _derive(secret: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=b"portal", info=purpose).derive(secret.encode())


@dataclass(frozen=True)
class Vault:
    """Seals and opens short texts; one secret, separate keys for encryption and for the search index."""

    secret: str

    @cached_property
    def _cipher(self) -> AESGCM:
        return AESGCM(_derive(self.secret, b"seal"))

    @cached_property
    def _index_key(self) -> bytes:
        return _derive(self.secret, b"index")

    def seal(self, text: str) -> str:
        nonce = os.urandom(12)
        return PREFIX + base64.b64encode(nonce + self._cipher.encrypt(nonce, text.encode(), None)).decode()

    def open(self, sealed: str) -> str:
        """The clear text. ValueError when it was not sealed with this secret."""
        raw = base64.b64decode(sealed.removeprefix(PREFIX))
        try:
            return self._cipher.decrypt(raw[:12], raw[12:], None).decode()
        except InvalidTag as error:
            raise ValueError("sealed text cannot be opened with this key") from error

    def seal_bytes(self, content: bytes) -> bytes:
        nonce = os.urandom(12)
        return nonce + self._cipher.encrypt(nonce, content, None)

    def open_bytes(self, sealed: bytes) -> bytes:
        """The clear bytes. ValueError when they were not sealed with this secret."""
        try:
            return self._cipher.decrypt(sealed[:12], sealed[12:], None)
        except InvalidTag as error:
            raise ValueError("sealed bytes cannot be opened with this key") from error

    def index(self, text: str) -> str:
        """The same text always gives the same index; without the key nobody can compute it."""
        return hmac.new(self._index_key, text.encode(), hashlib.sha256).hexdigest()[:32]

    def seal_in(self, value: Any, names: frozenset[str]) -> Any:
        """A copy of answers with every named text sealed, at any depth."""
        if isinstance(value, dict):
            return {
                k: self.seal(v)
                if k in names and isinstance(v, str) and v and not v.startswith(PREFIX)
                else self.seal_in(v, names)
                for k, v in value.items()
            }
        if isinstance(value, list):
            return [self.seal_in(v, names) for v in value]
        return value

    def open_in(self, value: Any) -> Any:
        """A copy of answers with every sealed text opened."""
        if isinstance(value, dict):
            return {k: self.open_in(v) for k, v in value.items()}
        if isinstance(value, list):
            return [self.open_in(v) for v in value]
        return self.open(value) if isinstance(value, str) and value.startswith(PREFIX) else value


def mask(text: str, keep_start: int = 6, keep_end: int = 2) -> str:
    """How an identifier is shown by default: the region and the last digits, the rest hidden."""
    hidden = max(0, len(text) - keep_start - keep_end)
    return text[:keep_start] + "*" * hidden + text[len(text) - keep_end :] if hidden else text
