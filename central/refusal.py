"""Central's no: a Problem with its HTTP status."""

from __future__ import annotations

from kiosk.domain.errors import KioskError
from sync.wire import Problem


class Refusal(KioskError):
    """Raised anywhere behind the API; answered as a Problem. The message names the thing and the way out."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        retry_after_s: int | None = None,
        expected_seq: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after_s = retry_after_s
        self.problem = Problem(code, message, expected_seq)
