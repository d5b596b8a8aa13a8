#!/usr/bin/env bash
# Everything a change must pass: format, lint, types, layers, QML, tests.
set -euo pipefail
cd "$(dirname "$0")/.."
step() { printf '\033[1m== %s\033[0m\n' "$*"; }
step "format";  .venv/bin/ruff format --check .
step "lint";    .venv/bin/ruff check .
step "types";   .venv/bin/mypy
step "layers";  .venv/bin/lint-imports
step "QML";     scripts/lint_qml.sh
step "tests";   scripts/test.sh
