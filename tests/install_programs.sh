#!/bin/sh
# Finds the programs beside Python and Node that tests drive; installs Debian's where this account may, and says what is
# skipped where not.
set -u
has() { command -v "$1" >/dev/null 2>&1; }
missing=""
has chromium || has chromium-browser || has google-chrome || missing="$missing chromium"
has tesseract || missing="$missing tesseract-ocr"
has softhsm2-util || missing="$missing softhsm2"
[ -n "$(find /usr/share/fonts /usr/local/share/fonts -name OCRB.otf 2>/dev/null)" ] || missing="$missing fonts-ocr-b"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && has apt-get; then
    echo "installing what tests drive: Debian's packages$missing"
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086 - a list of names
    apt-get update -qq >/dev/null && apt-get install -y -qq --no-install-recommends $missing >/dev/null && exit 0
fi
echo "not here, so tests that drive them will be skipped (Debian: apt-get install$missing)"
