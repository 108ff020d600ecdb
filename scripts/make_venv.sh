#!/bin/sh
# Makes .venv and puts uv into it. Debian ships venv apart from Python, so say how to get it, or get it.
set -eu
python="$1"
if ! "$python" -c 'import sys; sys.exit(sys.version_info[:2] < (3, 11))'; then
    echo "Pinfold needs Python 3.11 or newer; '$python' is $("$python" --version 2>&1). Name another: make run PYTHON=python3.11" >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
    else
        echo "Python's venv module is missing; install it first: sudo apt-get install python3-venv" >&2
        exit 1
    fi
fi
"$python" -m venv --clear .venv
.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.lock.txt
