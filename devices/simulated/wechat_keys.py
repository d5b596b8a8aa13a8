"""What a merchant of WeChat Pay and the platform know of each other, for the simulated gateway."""

from __future__ import annotations

import base64
import json
import secrets
import time
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from devices.simulated.gateway_keys import (
    make_private,
    new_key,
    private,
    proves,
    serial_of,
    sign,
    write_certificate,
    write_public,
)


class Keys:
    """Both sides' keys; made once."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "ids.json").exists():
            self._make(folder)
        ids = json.loads((folder / "ids.json").read_text())
        self.mchid, self.appid, self.serial, self.key_id = (ids[n] for n in ("mchid", "appid", "serial", "key_id"))
        self.apiv3 = (folder / "apiv3.txt").read_text().strip()
        self.merchant = private(folder / "merchant.pem").public_key()
        self.certificate = (folder / "platform_certificate.pem").read_text()
        self.certificate_serial = serial_of(self.certificate)
        self._platform, self._stranger = private(folder / "platform_private.pem"), new_key()

    def _make(self, folder: Path) -> None:
        for name in ("merchant.pem", "platform_private.pem"):
            make_private(folder / name)
        write_public(folder / "platform.pem", private(folder / "platform_private.pem"))
        write_certificate(folder / "platform_certificate.pem", private(folder / "platform_private.pem"))
        (folder / "apiv3.txt").write_text(secrets.token_hex(16) + "\n")
        (folder / "apiv3.txt").chmod(0o600)
        ids = {
            "mchid": "1900000109",
            "appid": "wx8888888888888888",
            "serial": secrets.token_hex(20).upper(),
            "key_id": "PUB_KEY_ID_0" + "".join(str(secrets.randbelow(10)) for _ in range(31)),
        }
        (folder / "ids.json").write_text(json.dumps(ids))

    def seal(self, nonce: str, about: str, text: str) -> str:
        """Base64 of what only the merchant can read."""
        return base64.b64encode(
            AESGCM(self.apiv3.encode()).encrypt(nonce.encode(), text.encode(), about.encode())
        ).decode()

    def sealed_certificate(self) -> dict[str, Any]:
        """As merchants download it."""
        nonce, about = secrets.token_hex(6), "certificate"
        return {
            "serial_no": self.certificate_serial,
            "effective_time": china(),
            "expire_time": china(300),
            "encrypt_certificate": {
                "algorithm": "AEAD_AES_256_GCM",
                "nonce": nonce,
                "associated_data": about,
                "ciphertext": self.seal(nonce, about, self.certificate),
            },
        }

    def sign(self, message: str, *, forged: bool = False) -> str:
        return sign(self._stranger if forged else self._platform, message)

    def is_merchants(self, message: str, signature: str) -> bool:
        return proves(self.merchant, message, signature)


def china(days: int = 0) -> str:
    """Now, or in so many days, as it is written there."""
    return time.strftime("%Y-%m-%dT%H:%M:%S+08:00", time.gmtime(time.time() + 8 * 3600 + days * 86400))
