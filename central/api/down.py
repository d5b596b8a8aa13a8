"""What terminals fetch in parts: the catalogue's pieces, ranges of the packed body, the feed of changes."""

from __future__ import annotations

import gzip
from typing import Annotated, Any

from litestar import MediaType, Request, Response, get
from litestar.datastructures import State
from litestar.params import HeaderParameter, PathParameter

from central import feed
from central.api.answers import answers
from central.callers import Caller
from central.context import Context
from central.publish import deltas, pieces
from central.refusal import Refusal
from sync import pages
from sync.wire import CataloguePieces

Call = Request[Any, Any, State]
Etag = Annotated[str, HeaderParameter(name="If-None-Match")]
Range = Annotated[str, HeaderParameter(name="Range")]
Name = Annotated[str, PathParameter(description="hex SHA-256 of the packed body")]
Cursor = Annotated[str, PathParameter(description="<epoch>.<feed_seq>, 0.0 = the beginning")]
FOR_EVER = "public, max-age=31536000, immutable"


@get("/v1/catalogue/pieces", sync_to_thread=True, responses=answers(304, 401, 403, 404))
def catalogue_pieces(request: Call, state: State, etag: Etag = "") -> Response[CataloguePieces | None]:
    """Hashes of the newest catalogue's pieces; 304 when the caller has it."""
    context: Context = state["context"]
    with context.engine.connect() as connection:
        plan = pieces.plan(connection, etag)
    if plan is None:
        return Response(None, status_code=304, headers={"ETag": etag})
    return Response(plan, media_type=MediaType.JSON, headers={"ETag": plan.etag, "Cache-Control": "no-cache"})


@get("/v1/catalogue/{name:str}", sync_to_thread=True, responses=answers(401, 403, 410, 416))
def catalogue_part(request: Call, state: State, name: Name, wanted: Range = "") -> Response[bytes]:
    """Bytes of the packed catalogue with this SHA-256, from where the caller wants them on."""
    context: Context = state["context"]
    with context.engine.connect() as connection:
        body, first, size = pieces.part(connection, name, wanted)
    headers = {
        "Content-Range": f"bytes {first}-{first + len(body) - 1}/{size}",
        "Accept-Ranges": "bytes",
        "ETag": f'"{name}"',
        "Cache-Control": FOR_EVER,
    }
    return Response(body, status_code=206, media_type="application/octet-stream", headers=headers)


@get("/v1/catalogue/after/{etag:str}", sync_to_thread=True, responses=answers(401, 403, 404))
def catalogue_delta(request: Call, state: State, etag: Name) -> Response[bytes]:
    """From the catalogue with this etag (without its quotes) to the next one; 404 where the whole must be fetched."""
    context: Context = state["context"]
    with context.engine.connect() as connection:
        body = deltas.after(connection, f'"{etag}"')
    if body is None:
        raise Refusal(404, "no_delta", "central keeps no way from this catalogue to the next: fetch the pieces")
    return packed(request, body, "")


@get("/v1/changes/{held:str}", sync_to_thread=True, responses=answers(400, 401, 403, 409))
def changes(request: Call, state: State, held: Cursor) -> Response[bytes]:
    """What changed since the state the caller holds; 0.0 = everything."""
    return _changes(request, state, held, "")


@get("/v1/changes/{held:str}/{begin:str}", sync_to_thread=True, responses=answers(400, 401, 403, 409))
def more_changes(request: Call, state: State, held: Cursor, begin: Cursor) -> Response[bytes]:
    """The next page for a caller that still holds `held`."""
    return _changes(request, state, held, begin)


def _changes(request: Call, state: State, held: str, begin: str) -> Response[bytes]:
    caller: Caller = request.scope["state"]["caller"]
    page = feed.changes(state["context"], held, begin, caller.terminal_id if caller.role == "gate" else 0)
    body = pages.signed(page, state["context"].keys.sign)
    return packed(request, gzip.compress(body, 5, mtime=0), "")


def packed(request: Call, body: bytes, etag: str) -> Response[bytes]:
    """A gzip body, unpacked for callers that do not take gzip."""
    headers = {"Vary": "Accept-Encoding", "Cache-Control": "no-cache"} | ({"ETag": etag} if etag else {})
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
    else:
        body = gzip.decompress(body)
    return Response(body, media_type=MediaType.JSON, headers=headers)


HANDLERS = [catalogue_pieces, catalogue_part, catalogue_delta, changes, more_changes]
