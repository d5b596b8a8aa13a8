"""The client's calls for what comes down in parts: catalogue pieces, catalogue deltas, the feed of changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeVar

import msgspec
import requests

from kiosk.domain.catalogue_delta import CatalogueDelta
from kiosk.domain.errors import CentralRefused, CentralUnreachable
from sync.fetch import Answer
from sync.pages import SignedPage
from sync.seal import ISSUER
from sync.wire import CataloguePieces, Change, Changes

T = TypeVar("T")

BASE = "/v1"
STREAM_BYTES = 4096  # what a cut can cost at most
CHANGES_MAX = 2_000_000  # of one state, over all its pages


class Reached(NamedTuple):
    """Where the feed of changes leads. `pages`: as central signed them, [] from a central that does not."""

    cursor: str
    changes: list[Change]
    pages: list[SignedPage]


class Downloads:
    """Part of CentralClient."""

    _url: str
    _timeout_s: float
    _session: requests.Session

    def _call(self, method: str, path: str, body: bytes, headers: dict[str, str] | None = None) -> Answer:
        raise NotImplementedError

    def _signed(self, method: str, path: str, body: bytes) -> dict[str, str]:
        raise NotImplementedError

    def _body(self, answer: Answer) -> bytes:
        raise NotImplementedError

    def _decode(self, raw: bytes, kind: type[T]) -> T:
        raise NotImplementedError

    def pieces(self, etag: str = "") -> CataloguePieces | None:
        """The newest catalogue's pieces; None = unchanged since `etag`."""
        found = self._cached("/catalogue/pieces", CataloguePieces, etag)
        return found[0] if found else None

    def stream(self, name: str, first: int) -> Iterator[bytes]:
        """Bytes of a packed body from `first` on, as they arrive, without a seal: their hashes prove them."""
        path = f"/catalogue/{name}"
        headers = {"Range": f"bytes={first}-", "Accept": "application/octet-stream", "Accept-Encoding": "identity"}
        try:
            answer = self._session.get(
                self._url + BASE + path,
                headers=headers | self._signed("GET", path, b""),
                timeout=self._timeout_s,
                allow_redirects=False,
                stream=True,
            )
        except requests.RequestException as error:
            raise CentralUnreachable(f"no answer from {self._url}: {error}") from error
        with answer:
            if answer.status_code != 206 or not answer.headers.get("Content-Range", "").startswith(f"bytes {first}-"):
                raise CentralUnreachable(f"{self._url} did not answer with the range that was asked for")
            try:
                yield from answer.iter_content(STREAM_BYTES)
            except requests.RequestException as error:
                raise CentralUnreachable(f"the answer of {self._url} broke off: {error}") from error

    def delta(self, etag: str) -> CatalogueDelta | None:
        """From the catalogue with this etag to the next; None where central keeps no such way."""
        try:
            return self._json("GET", f"/catalogue/after/{etag.strip(chr(34))}", CatalogueDelta)
        except CentralRefused as refused:
            if refused.status == 404:
                return None
            raise

    def changes(self, held: str) -> Reached:
        """Everything that changed since the cursor that is held on the disk.

        CentralRefused with code "must_refetch": central cannot say; ask from "0.0" on.
        """
        reply, page = self._page(f"/changes/{held}")
        found, pages = list(reply.changes), [page]
        while reply.more:
            before = reply.cursor
            reply, page = self._page(f"/changes/{held}/{before}")
            found += reply.changes
            pages.append(page)
            if reply.more and (reply.cursor == before or len(found) > CHANGES_MAX):
                raise CentralUnreachable(f"{self._url} tells of changes without end")
        return Reached(reply.cursor, found, pages if reply.signature else [])

    def _page(self, path: str) -> tuple[Changes, SignedPage]:
        answer = self._call("GET", path, b"")
        raw = self._body(answer)
        return self._decode(raw, Changes), SignedPage(raw.decode(), answer.headers.get(ISSUER, ""))

    def _json(self, method: str, path: str, kind: type[T], request: msgspec.Struct | None = None) -> T:
        body = b"" if request is None else msgspec.json.encode(request)
        return self._decode(self._body(self._call(method, path, body)), kind)

    def _cached(self, path: str, kind: type[T], etag: str) -> tuple[T, str] | None:
        answer = self._call("GET", path, b"", {"If-None-Match": etag} if etag else {})
        if answer.status == 304:
            return None
        return self._decode(self._body(answer), kind), answer.headers.get("ETag", "")
