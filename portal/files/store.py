"""The store: content in a folder under its hash, written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from portal.errors import NOT_FOUND, Refused

_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Store:
    """A folder of contents. Several machines share it through a mounted disk."""

    folder: Path

    def put(self, content: bytes) -> str:
        """Keep the content and give its hash; content that is there already is not written again."""
        digest = hashlib.sha256(content).hexdigest()
        place = self._place(digest)
        if not place.exists():
            self._write(place, content)
        return digest

    def read(self, digest: str) -> bytes:
        """The content. Refused when it is not there any more."""
        try:
            return self._place(digest).read_bytes()
        except FileNotFoundError as error:
            raise Refused(NOT_FOUND) from error

    def small(self, digest: str) -> Path:
        """Where the thumbnail of a content lies, made or not."""
        return self._place(digest).with_suffix(".thumb.jpg")

    def put_small(self, digest: str, content: bytes) -> None:
        self._write(self.small(digest), content)

    def _place(self, digest: str) -> Path:
        if _HASH.fullmatch(digest) is None:
            raise Refused(NOT_FOUND)
        return self.folder / digest[:2] / digest

    @staticmethod
    def _write(place: Path, content: bytes) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place.parent)
        with os.fdopen(handle, "wb") as opened:
            opened.write(content)
        Path(name).replace(place)
