#!/usr/bin/env bash
# Set up what the project needs: system packages where this user may install them, and .venv.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${1:-python3}

bash scripts/system-packages.sh

if ! "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))'; then
    echo "rtaudiogen needs Python 3.11 or 3.12, $python is $("$python" -V 2>&1);" \
        "say 'make PYTHON=python3.11 …'" >&2
    exit 1
fi
[ -x .venv/bin/python ] || "$python" -m venv .venv
.venv/bin/python -m pip install -qq --disable-pip-version-check \
    -c constraints.txt --editable '.[gui,train,dev]'
.venv/bin/python -m pip install -qq --disable-pip-version-check -c constraints.txt pesq 2>/dev/null ||
    echo "rtaudiogen: no C compiler to build the package pesq: its scores are left out" >&2
# What sounds first is compiled here, so that the first start is as quick as every other.
echo "rtaudiogen: compiling, once"
said=$(.venv/bin/rtaudiogen play wavenet-keys-strings --output null --midi none --seconds 0.2 \
    --json 2>&1 >/dev/null) ||
    echo "rtaudiogen: nothing could be compiled ahead, so the first start takes longer: $said" >&2
