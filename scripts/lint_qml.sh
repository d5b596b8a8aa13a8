#!/usr/bin/env bash
# Check every .qml file against the Python view-models it binds to (a renamed slot is an error), and its formatting.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$PWD/.venv/bin
types=$PWD/build/qmltypes/Kiosk
mkdir -p "$types"
mapfile -t sources < <(grep -rlE '^@Qml(Element|Anonymous)' --include='*.py' ui | sort | xargs "$bin"/python scripts/in_order.py)
"$bin"/pyside6-metaobjectdump --quiet --out-file build/qmltypes/kiosk.json "${sources[@]}"
"$bin"/pyside6-qmltyperegistrar --generate-qmltypes="$types/kiosk.qmltypes" --import-name Kiosk \
  --major-version 1 --minor-version 0 -o build/qmltypes/unused.cpp build/qmltypes/kiosk.json 2>/dev/null
printf 'module Kiosk\ntypeinfo kiosk.qmltypes\nimport QtQml.Models\n' > "$types/qmldir"
mapfile -t files < <(find "$PWD/ui/qml" -name '*.qml' | sort)
# The type dump of PySide6 6.11 leaves `constant` out, so that warning would fire for every constant property.
"$bin"/pyside6-qmllint -W 0 --stale-property-read disable -I "$PWD/build/qmltypes" -I "$PWD/ui/qml" "${files[@]}"
status=0
for file in "${files[@]}"; do
  "$bin"/pyside6-qmlformat "$file" | diff -u "$file" - || { echo "$file: run .venv/bin/pyside6-qmlformat -i on it"; status=1; }
done
exit $status
