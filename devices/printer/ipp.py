"""As much of IPP as a queue needs: print these bytes, how is the job, how is the printer, cancel.

Source: RFC 8010 (encoding), RFC 8011 (operations and attributes).
"""

from __future__ import annotations

import http.client
import itertools
import struct
from collections.abc import Iterable
from dataclasses import dataclass

PRINT_JOB, CANCEL_JOB, GET_JOB, GET_PRINTER = 0x0002, 0x0008, 0x0009, 0x000B
PENDING, HELD, PROCESSING, STOPPED, CANCELED, ABORTED, COMPLETED = range(3, 10)
_VERSION = b"\x01\x01"
_INTEGER, _ENUM, _NAME, _KEYWORD, _URI, _CHARSET, _LANGUAGE, _FORMAT = 0x21, 0x23, 0x42, 0x44, 0x45, 0x47, 0x48, 0x49
_BOOLEAN, _TEXT_FROM = 0x22, 0x40
_NUMBERS = itertools.count(1)
Value = int | str | bool | None


@dataclass(frozen=True)
class Reply:
    """Attributes by name, of all groups; `status` below 0x100 is well."""

    status: int
    values: dict[str, list[Value]]

    def one(self, name: str) -> Value:
        return next(iter(self.values.get(name, [])), None)


class Queue:
    """A CUPS queue. Every call opens a connection and has a time limit; every fault is an OSError."""

    def __init__(self, host: str, port: int, name: str, timeout_s: float) -> None:
        self._host, self._port, self._path, self._timeout_s = host, port, f"/printers/{name}", timeout_s
        self._uri = f"ipp://{host}:{port}{self._path}"

    def ask(
        self,
        operation: int,
        wanted: Iterable[str] = (),
        *,
        job: int = 0,
        title: str = "",
        format_: str = "",
        document: bytes = b"",
    ) -> Reply:
        """One operation on the queue, or on a job of it."""
        said = [_said(_CHARSET, "attributes-charset", "utf-8"), _said(_LANGUAGE, "attributes-natural-language", "en"),
                _said(_URI, "printer-uri", self._uri)]  # fmt: skip
        if job:
            said.append(_attribute(_INTEGER, "job-id", struct.pack(">i", job)))
        said.append(_said(_NAME, "requesting-user-name", "kiosk"))
        if title:
            said.append(_said(_NAME, "job-name", title))
        if format_:
            said.append(_said(_FORMAT, "document-format", format_))
        for number, name in enumerate(wanted):
            said.append(_said(_KEYWORD, "" if number else "requested-attributes", name))
        head = _VERSION + struct.pack(">HI", operation, next(_NUMBERS)) + b"\x01"
        return reply_of(self._post(head + b"".join(said) + b"\x03" + document))

    def _post(self, body: bytes) -> bytes:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=self._timeout_s)
        try:
            connection.request("POST", self._path, body, {"Content-Type": "application/ipp"})
            answer = connection.getresponse()
            data = answer.read()
        except http.client.HTTPException as error:
            raise OSError(f"no answer of a print server: {error!r}") from None
        except UnicodeError:
            raise OSError(f"{self._host!r} cannot be the name of a server") from None
        finally:
            connection.close()
        if answer.status != 200:
            raise OSError(f"the print server answers {answer.status} {answer.reason}")
        return data


def reply_of(data: bytes) -> Reply:
    """The attributes of an answer; OSError for anything else."""
    try:
        status = int.from_bytes(data[2:4], "big")
        values: dict[str, list[Value]] = {}
        at, name = 8, ""
        while data[at] != 0x03:
            tag = data[at]
            at += 1
            if tag < 0x10:  # a group begins
                continue
            text, at = _sized(data, at)
            value, at = _sized(data, at)
            name = text.decode() or name
            values.setdefault(name, []).append(_value(tag, value))
    except (IndexError, struct.error, UnicodeDecodeError):
        raise OSError("the answer is not IPP; is this a print server?") from None
    return Reply(status, values)


def _value(tag: int, data: bytes) -> Value:
    if tag in (_INTEGER, _ENUM):
        return int(struct.unpack(">i", data)[0])
    if tag == _BOOLEAN:
        return data == b"\x01"
    return data.decode() if tag > _TEXT_FROM and data.isascii() else None


def _sized(data: bytes, at: int) -> tuple[bytes, int]:
    size = int.from_bytes(data[at : at + 2], "big")
    if at + 2 + size >= len(data):
        raise IndexError
    return data[at + 2 : at + 2 + size], at + 2 + size


def _said(tag: int, name: str, value: str) -> bytes:
    return _attribute(tag, name, value.encode())


def _attribute(tag: int, name: str, value: bytes) -> bytes:
    return bytes([tag]) + struct.pack(">H", len(name)) + name.encode() + struct.pack(">H", len(value)) + value
