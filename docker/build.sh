#!/usr/bin/env bash
# Builds the image; its dependencies are taken from the layers of the last build as long as the lock files are the same.
#
#   docker/build.sh [TAG] [docker build options…]      TAG is banc-segur by default
#
# BANC_BASE_IMAGE, when set, replaces the official slim Python (a machine that reaches no image registry).
set -euo pipefail
cd "$(dirname "$0")/.."
tag=${1:-banc-segur}
[ $# -eq 0 ] || shift
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' pyproject.toml)
revision=$(git rev-parse HEAD 2>/dev/null || true)
exec docker build --network host --file docker/Dockerfile --tag "$tag" \
  ${BANC_BASE_IMAGE:+--build-arg "BASE_IMAGE=$BANC_BASE_IMAGE"} \
  --build-arg "VERSION=$version" --build-arg "REVISION=$revision" "$@" .
