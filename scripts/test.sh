#!/usr/bin/env bash
# All tests, on two processes a core: they wait for other processes more than they work. Much of the rest is waiting for the
# disk, so they write to memory where there is room: nothing here outlives the run, and tests of lost power bring disks of
# their own.
set -euo pipefail
cd "$(dirname "$0")/.."
export QT_QPA_PLATFORM=offscreen QT_QUICK_BACKEND=software
basetemp=()
if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] && [ "$(df --output=avail -m /dev/shm | tail -1)" -gt 6000 ]; then
  TMPDIR=$(mktemp -d /dev/shm/kt-XXXXXX) # short: names of sockets have 107 characters at most
  export TMPDIR
  basetemp=(--basetemp="$TMPDIR/t")
  chmod 755 "$TMPDIR"
  trap 'rm -rf "$TMPDIR"' EXIT
fi
.venv/bin/python -m pytest -q "${basetemp[@]}" -n "${KIOSK_TEST_PROCESSES:-$(($(nproc) * 2))}" --dist loadgroup -o tmp_path_retention_policy=failed "$@"
