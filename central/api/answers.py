"""Every no of a call, for the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping

from litestar.openapi import ResponseSpec

from sync.wire import Problem

WORDS = {
    304: "unchanged since If-None-Match",
    400: "the request cannot be read",
    401: "not signed by an enrolled terminal",
    403: "not for this terminal",
    404: "there is none",
    409: "does not fit what central has",
    410: "no longer kept",
    413: "too large",
    416: "no such range",
    422: "the request contradicts itself",
    429: "too many tries; wait as Retry-After says",
    503: "central's database is away; wait as Retry-After says",
}


def answers(*refusals: int) -> Mapping[int, ResponseSpec]:
    """By status; too large and away are possible everywhere."""
    found = {
        status: ResponseSpec(Problem, generate_examples=False, description=WORDS[status])
        for status in (*refusals, 413, 503)
        if status != 304
    }
    if 304 in refusals:
        found[304] = ResponseSpec(None, generate_examples=False, description=WORDS[304])
    return found
