#!/usr/bin/env bash
# All tests, on as many processes as there are cores.
set -euo pipefail
cd "$(dirname "$0")/.."
export QT_QPA_PLATFORM=offscreen QT_QUICK_BACKEND=software
exec .venv/bin/python -m pytest -q -n "${KIOSK_TEST_PROCESSES:-auto}" --dist loadgroup "$@"
