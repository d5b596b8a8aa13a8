"""The bodies in the OpenAPI document as they are on the wire: many of our messages are JSON lists, or sent packed."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar.connection import Request
from litestar.openapi.plugins import JsonRenderPlugin

from kiosk.domain import allotment, network
from kiosk.domain.catalogue import Catalogue
from kiosk.domain.catalogue_delta import CatalogueDelta
from sync import wire

Kind = type[msgspec.Struct] | None
KINDS: dict[tuple[str, str], tuple[Kind, Kind]] = {  # of the request and of the good answer
    ("post", "/v1/enrol"): (wire.EnrolRequest, wire.EnrolReply),
    ("get", "/v1/catalogue"): (None, Catalogue),
    ("get", "/v1/catalogue/pieces"): (None, wire.CataloguePieces),
    ("get", "/v1/catalogue/after/{etag}"): (None, CatalogueDelta),
    ("get", "/v1/catalogue/{name}"): (None, None),
    ("get", "/v1/gate"): (None, wire.GateManifest),
    ("get", "/v1/changes/{held}"): (None, wire.Changes),
    ("get", "/v1/changes/{held}/{begin}"): (None, wire.Changes),
    ("post", "/v1/allotments"): (wire.AllotmentRequest, wire.AllotmentReply),
    ("post", "/v1/holds"): (wire.HoldRequest, wire.AllotmentReply),
    ("post", "/v1/vouchers/look"): (wire.VoucherAsk, wire.VoucherValue),
    ("post", "/v1/vouchers/redeem"): (wire.VoucherRedeem, wire.VoucherMove),
    ("post", "/v1/vouchers/redeem/ask"): (wire.VoucherRedeem, wire.VoucherMove),
    ("post", "/v1/vouchers/give_back"): (wire.VoucherGiveBack, wire.VoucherMove),
    ("post", "/v1/vouchers/give_back/ask"): (wire.VoucherGiveBack, wire.VoucherMove),
    ("post", "/v1/voids"): (wire.VoidRequest, wire.VoidReply),
    ("post", "/v1/journal"): (wire.JournalBatch, wire.JournalAck),
    ("post", "/v1/certificate"): (wire.CertificateRequest, wire.CertificateReply),
    ("get", "/v1/payments"): (None, wire.PaymentOffers),
    ("post", "/v1/payments"): (wire.PaymentBegin, wire.PaymentState),
    ("post", "/v1/payments/ask"): (wire.PaymentAsk, wire.PaymentState),
    ("post", "/v1/payments/cancel"): (wire.PaymentAsk, wire.PaymentState),
    ("post", "/v1/payments/refund"): (wire.PaymentRefund, wire.PaymentState),
    ("post", "/v1/payments/refund/ask"): (wire.PaymentRefund, wire.PaymentState),
    ("get", "/v1/health"): (None, wire.Health),
}
UNSIGNED = {"/v1/enrol", "/v1/health"}


def corrected(schema: dict[str, Any]) -> dict[str, Any]:
    """Litestar's document with our own shapes."""
    kinds = [kind for pair in KINDS.values() for kind in pair if kind is not None]
    references, shapes = msgspec.json.schema_components(
        [*kinds, wire.Problem], ref_template="#/components/schemas/{name}"
    )
    named = dict(zip([*kinds, wire.Problem], references, strict=True))
    for name, fields in _lists().items():
        for place, field in zip(shapes.get(name, {}).get("prefixItems", ()), fields, strict=False):
            place["title"] = field  # a list has no names of its own
    schema = msgspec.to_builtins(schema)
    schema["components"]["schemas"] = shapes
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            asked, answered = KINDS[method, path]
            if path in UNSIGNED:
                operation["security"] = []
            if asked is not None:
                operation["requestBody"]["content"] = {"application/json": {"schema": named[asked]}}
            for status, response in operation["responses"].items():
                kind = answered if status == "200" else wire.Problem if int(status) >= 400 else None
                if kind is not None:
                    response["content"] = {"application/json": {"schema": named[kind]}}
                elif status == "304":
                    response.pop("content", None)
    ranges = schema["paths"]["/v1/catalogue/{name}"]["get"]["responses"]
    bytes_ = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    ranges["206"] = {
        "description": "bytes of the packed catalogue, not under seal: its hashes prove them",
        "content": bytes_,
    }
    ranges.pop("200", None)
    return schema


def _lists() -> dict[str, tuple[str, ...]]:
    """Field names of the messages that are JSON lists."""
    kinds = [each for module in (wire, allotment, network) for each in vars(module).values()]
    return {
        each.__name__: each.__struct_fields__
        for each in kinds
        if isinstance(each, type) and issubclass(each, msgspec.Struct) and each.__struct_config__.array_like
    }


class RightShapes(JsonRenderPlugin):
    """Serves the corrected document."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return super().render(request, corrected(openapi_schema))
