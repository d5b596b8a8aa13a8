"""The OpenAPI document as a file: python -m central.api.describe docs/openapi.json (make openapi)."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from sqlalchemy import create_engine

from central.api.app import application
from central.api.shapes import corrected
from central.context import Context
from central.keys import Keys


def document() -> str:
    """What central serves at /schema, as text that does not depend on the machine. Touches no database."""
    with tempfile.TemporaryDirectory(prefix="kiosk-describe-") as folder:
        context = Context(create_engine("postgresql+psycopg://nowhere/"), Keys(Path(folder), 86400.0), lambda: 86400.0)
        schema = corrected(application(context).openapi_schema.to_schema())
    return json.dumps(schema, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> None:
    target = Path(sys.argv[1])
    target.write_text(document(), encoding="utf-8")
    print(f"{target} is up to date")


if __name__ == "__main__":
    main()
