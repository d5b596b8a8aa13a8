"""One HTTP exchange, bounded in every way: no redirect followed, no endless body, nothing unpacked beyond its limit."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import requests
from urllib3.exceptions import HTTPError

from kiosk.domain.errors import CentralUnreachable

ANSWER_MAX_BYTES = 512 * 1024 * 1024  # unpacked; the largest timetables stay far below


@dataclass(frozen=True)
class Answer:
    """What came back, the body as sent."""

    status: int
    headers: Mapping[str, str]  # of any case
    body: bytes

    def plain(self, url: str) -> bytes:
        """The body unpacked."""
        encoding = self.headers.get("Content-Encoding", "").lower()
        if encoding in ("", "identity"):
            return self.body
        unpacker = zlib.decompressobj(31)
        try:
            plain = unpacker.decompress(self.body, ANSWER_MAX_BYTES) if encoding == "gzip" else b""
        except zlib.error as error:
            raise CentralUnreachable(f"the answer of {url} broke off: {error}") from None
        if not unpacker.eof:
            raise CentralUnreachable(f"the answer of {url} is not whole, or larger than any answer of central's")
        return plain


def fetch(
    session: requests.Session, method: str, url: str, body: bytes, headers: dict[str, str], timeout_s: float
) -> Answer:
    """Send and read all of the answer; CentralUnreachable when that fails in any way."""
    try:
        with session.request(
            method, url, data=body or None, headers=headers, timeout=timeout_s, allow_redirects=False, stream=True
        ) as answer:
            received = bytearray()
            for chunk in answer.raw.stream(1 << 16, decode_content=False):
                received += chunk
                if len(received) > ANSWER_MAX_BYTES:
                    raise CentralUnreachable(f"the answer of {url} is larger than any answer of central's")
            return Answer(answer.status_code, answer.headers, bytes(received))
    except requests.RequestException as error:
        raise CentralUnreachable(f"no answer from {url}: {error}") from error
    except (HTTPError, OSError) as error:
        raise CentralUnreachable(f"the answer of {url} broke off: {error}") from error
