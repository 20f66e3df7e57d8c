#!/bin/sh
# Checks everything: `sh packaging/test.sh`. The first start installs what is missing. It needs no display.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/packaging/common.sh"

prepare
cd "$top"
PATH="$venv/bin:$PATH"
QT_QPA_PLATFORM=offscreen
export PATH QT_QPA_PLATFORM
failed=

check() {
    say "$*"
    "$@" || failed="$failed
  $*"
}

check ruff check .
check ruff format --check .
check mypy
check lint-imports
# What lies below the window has to work where no Qt is installed: these tests cannot import it.
check python -m pytest -q -p no:pytest-qt tests/unit
# A warning of Qt's fails a test; this one is about the missing display alone.
check python -m pytest -q -o qt_log_level_fail=WARNING -o 'qt_log_ignore=This plugin does not support' tests/ui tests/e2e
[ -z "$failed" ] || stop "failed:$failed"
