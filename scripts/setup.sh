#!/usr/bin/env bash
# Set up everything the other tasks need: system packages (apt, when root or sudo), virtual environment, translations.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\033[1m%s\033[0m\n' "$*"; }

# Asked by what is there, not by package name: names differ between Debian and Ubuntu releases.
missing=()
have_library() { ldconfig -p 2>/dev/null | grep -q "$1" || ls /usr/lib/*/"$1"* >/dev/null 2>&1; }
have_library libzbar.so.0 || missing+=(libzbar0)
have_library libGL.so.1 || missing+=(libgl1)
have_library libEGL.so.1 || missing+=(libegl1)
have_library libxkbcommon.so.0 || missing+=(libxkbcommon0)
have_library libfontconfig.so.1 || missing+=(libfontconfig1)
command -v fc-match >/dev/null || missing+=(fontconfig)
have_library libpangoft2-1.0.so.0 || missing+=(libpangoft2-1.0-0) # WeasyPrint
have_library libharfbuzz-subset.so.0 || missing+=(libharfbuzz-subset0) # small PDFs, and Chinese ones in a second
have_library libusb-1.0.so.0 || missing+=(libusb-1.0-0)
have_library libdbus-1.so.3 || missing+=(libdbus-1-3)
have_library libglib-2.0.so.0 || missing+=(libglib2.0-0)
[ -n "$(find /usr/share/fonts /usr/local/share/fonts ~/.local/share/fonts ~/.fonts -name 'NotoSans-Regular.*' 2>/dev/null | head -1)" ] || missing+=(fonts-noto-core)
[ -n "$(find /usr/share/fonts /usr/local/share/fonts ~/.local/share/fonts ~/.fonts -name 'NotoSansCJK*-Regular.*' 2>/dev/null | head -1)" ] || missing+=(fonts-noto-cjk)

python=""
for candidate in python3.11 python3.12 python3.13 python3.14 python3; do
  if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null; then
    python=$candidate
    break
  fi
done
[ -n "$python" ] || missing+=(python3)
if [ ! -x .venv/bin/python ]; then
  { [ -n "$python" ] && "$python" -c 'import venv, ensurepip' 2>/dev/null; } || missing+=(python3-venv)
fi

if [ ${#missing[@]} -gt 0 ]; then
  command="apt-get install -y --no-install-recommends ${missing[*]}"
  if ! command -v apt-get >/dev/null; then
    echo "These system packages are missing: ${missing[*]}" >&2
    exit 1
  elif [ "$(id -u)" = 0 ]; then
    say "Installing system packages: ${missing[*]}"
    apt-get update -q
    DEBIAN_FRONTEND=noninteractive $command
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    say "Installing system packages with sudo: ${missing[*]}"
    sudo apt-get update -q
    sudo DEBIAN_FRONTEND=noninteractive $command
  else
    printf 'System packages are missing. Run this line, then try again:\n\n    sudo apt-get update && sudo %s\n\n' "$command" >&2
    exit 1
  fi
  python=${python:-python3}
fi

if [ ! -x .venv/bin/python ]; then
  say "Making the virtual environment (.venv) with $($python --version)"
  "$python" -m venv .venv
fi
say "Installing Python packages (some 300 MB the first time)"
.venv/bin/python -m pip install --disable-pip-version-check --progress-bar on -q -e '.[dev]'
say "Compiling translations"
mkdir -p build/translations
for ts in assets/translations/*.ts; do
  [ -e "$ts" ] || continue
  .venv/bin/pyside6-lrelease -silent "$ts" -qm "build/translations/$(basename "$ts" .ts).qm"
done
touch .venv/ready
