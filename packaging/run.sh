#!/bin/sh
# Starts LayerDesk from this checkout: `sh packaging/run.sh [ARGUMENTS]`. The first start installs what is missing.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/packaging/common.sh"

prepare
PYTHONPATH="$top${PYTHONPATH:+:$PYTHONPATH}" exec "$venv/bin/python" -m layerdesk "$@"
