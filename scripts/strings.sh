#!/usr/bin/env bash
# Bring the translation files up to date with the sources and compile them. New texts come out unfinished.
set -euo pipefail
cd "$(dirname "$0")/.."
mapfile -t sources < <(find ui -name '*.py' -o -name '*.qml' | sort)
mkdir -p build/translations
for ts in assets/translations/*.ts; do
  .venv/bin/pyside6-lupdate -no-obsolete -locations none -source-language en "${sources[@]}" -ts "$ts"
  .venv/bin/pyside6-lrelease -silent "$ts" -qm "build/translations/$(basename "$ts" .ts).qm"
done
