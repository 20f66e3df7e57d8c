#!/bin/sh
# Makes packaging/requirements.lock anew from pyproject.toml: every dependency of running and of testing, pinned, with the hashes
# of all its files. Local wheel folders and extra indexes are left out of it, so that the hashes are the registry's own.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/packaging/common.sh"
cd "$top"

LAYERDESK_PYTHON=${LAYERDESK_PYTHON:-python3.11} # the oldest: what it needs beyond the others, they take along
python=$(find_python)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset PIP_FIND_LINKS PIP_EXTRA_INDEX_URL PIP_NO_INDEX
PIP_CONFIG_FILE=/dev/null
export PIP_CONFIG_FILE

"$python" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet pip-tools==7.6.2
CUSTOM_COMPILE_COMMAND='sh packaging/lock.sh' "$work/venv/bin/python" -m piptools compile \
    --quiet --extra dev --generate-hashes --strip-extras --resolver backtracking --upgrade \
    --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options \
    --output-file "$work/requirements.lock" pyproject.toml
sed "s|$work/||g" "$work/requirements.lock" > packaging/requirements.lock
say "packaging/requirements.lock names $(grep -c '==' packaging/requirements.lock) packages"
