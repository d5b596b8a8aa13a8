"""A contract at a gateway that nobody reaches: for tests of the line between terminal and central."""

from __future__ import annotations

import functools

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from central.payments.wechat import WeChat, WeChatSettings


@functools.cache
def unreachable_wechat() -> WeChat:
    """Keys of its own, and a port where nobody listens."""
    key = rsa.generate_private_key(65537, 2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    settings = WeChatSettings(
        mchid="1900000109", appid="wx8888888888888888", serial="AB" * 20, private_key=private.decode(),
        apiv3_key="k" * 32, platform_key=public.decode(), platform_key_id="PUB_KEY_ID_1",
        notify_url="http://127.0.0.1:9/notify/wechat", base_url="http://127.0.0.1:9",
    )  # fmt: skip
    return WeChat(settings)
