"""What terminals fetch in parts: the catalogue's pieces, and ranges of the packed body they make up."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import MediaType, Request, Response, get
from litestar.datastructures import State
from litestar.params import HeaderParameter, PathParameter

from central.context import Context
from central.publish import pieces
from sync.wire import CataloguePieces

Call = Request[Any, Any, State]
Etag = Annotated[str, HeaderParameter(name="If-None-Match")]
Range = Annotated[str, HeaderParameter(name="Range")]
Name = Annotated[str, PathParameter(description="hex SHA-256 of the packed body")]
FOR_EVER = "public, max-age=31536000, immutable"


@get("/v1/catalogue/pieces", sync_to_thread=True)
def catalogue_pieces(request: Call, state: State, etag: Etag = "") -> Response[CataloguePieces | None]:
    """Hashes of the newest catalogue's pieces, signed; 304 when the caller has it."""
    context: Context = state["context"]
    with context.engine.connect() as connection:
        plan = pieces.plan(connection, context.keys, etag)
    if plan is None:
        return Response(None, status_code=304, headers={"ETag": etag})
    return Response(plan, media_type=MediaType.JSON, headers={"ETag": plan.etag, "Cache-Control": "no-cache"})


@get("/v1/catalogue/{name:str}", sync_to_thread=True)
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


HANDLERS = [catalogue_pieces, catalogue_part]
