#!/bin/sh
# PostgreSQL 15, Chromium, a Chinese font, OpenMP's library (for LightGBM) and gettext for the tests, from Debian, when absent and we may install.
# Without root they are left out: the tests that need them are then skipped and named at the end of the run.
set -eu
wanted=""
[ -x /usr/lib/postgresql/15/bin/initdb ] || wanted="$wanted postgresql-15"
command -v chromium >/dev/null || wanted="$wanted chromium"
[ -d /usr/share/fonts/opentype/noto ] || wanted="$wanted fonts-noto-cjk"
ldconfig -p 2>/dev/null | grep -q libgomp.so.1 || wanted="$wanted libgomp1"
command -v xgettext >/dev/null || wanted="$wanted gettext"
[ -n "$wanted" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "Not installed and not root, so some tests will be skipped:$wanted" >&2
    exit 0
fi
echo "Installing from Debian:$wanted" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $wanted >/dev/null
