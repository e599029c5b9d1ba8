#!/usr/bin/env bash
# Maintainers: writes the two lock files again, with the hashes of every file that the index offers for Python 3.11 and
# later on Linux. Run it after any change of the dependencies in pyproject.toml; commit what changed.
#
#   docker/lock.sh [--upgrade]        needs uv (pip install uv)
set -euo pipefail
cd "$(dirname "$0")/.."
lock() { uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
  --custom-compile-command docker/lock.sh "$@"; }
lock "$@" --extra postgresql --output-file docker/requirements.lock pyproject.toml
lock "$@" --output-file docker/build-requirements.lock docker/build-requirements.in
