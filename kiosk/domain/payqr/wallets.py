"""Payment codes that a passenger's wallet shows: whose is it? By its first digits and its length."""

from __future__ import annotations

import re

_WECHAT = re.compile(r"1[0-5][0-9]{16}")
_ALIPAY = re.compile(r"(2[5-9]|30)[0-9]{14,22}")


def wallet_of(code: str) -> str:
    """wechat or alipay; "" = it is no payment code."""
    if _WECHAT.fullmatch(code):
        return "wechat"
    return "alipay" if _ALIPAY.fullmatch(code) else ""
