#!/usr/bin/env bash
# Build the wheel, install it into an empty environment, and test what was installed, away from the
# checkout: the tests are copied, so that no folder of the checkout can stand in for the package.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${1:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work" build' EXIT

rm -rf build # a stale one would add files that no longer exist
.venv/bin/python -m pip wheel -qq --no-deps --wheel-dir "$work" .
"$python" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install -qq --disable-pip-version-check -c constraints.txt \
    "$(echo "$work"/rtaudiogen-*.whl)[train]" pytest pytest-timeout hypothesis JACK-Client
cp -r tests pyproject.toml "$work"
cd "$work"
# What only the wheel can show: every package, entry point and model file is in it, and the commands
# find them. How they work is tested in the checkout.
venv/bin/pytest -m 'not soak' tests/packaging tests/test_registry.py tests/cli/test_check.py \
    tests/cli/test_facts.py tests/cli/test_sample.py tests/cli/playing/test_sessions.py \
    tests/cli/test_window.py tests/models/test_sine.py tests/test_factory_presets.py
