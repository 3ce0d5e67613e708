#!/usr/bin/env bash
# Runs the vendors' own clients against a sandbox, and OpenRouter's own OpenAPI over its answers.
#
#   tests/peers/run.sh COMMAND [ARGUMENT...]
#
# COMMAND serves a sandbox, prints its ready line first and ends when its standard input closes:
# `keyroster sandbox`, or target/debug/examples/serve of keyroster-sandbox. The clients are
# installed into $PEERS_DIR (target/peers by default). Needs node >= 20, npm and python3 >= 3.10.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
peers=${PEERS_DIR:-$here/../../target/peers}
if [ $# -eq 0 ]; then
    echo "usage: run.sh COMMAND [ARGUMENT...]" >&2
    exit 2
fi
for tool in node npm python3; do
    command -v "$tool" >/dev/null || { echo "$tool is missing" >&2; exit 2; }
done

mkdir -p "$peers"
peers=$(cd "$peers" && pwd)
# Modules are found next to the scripts that import them, so the scripts go where the modules are.
cp "$here"/*.mjs "$here"/*.py "$here"/*.json "$here"/*.yaml "$here"/requirements.txt "$peers"
if [ -f "$peers/package-lock.json" ]; then
    npm --prefix "$peers" ci --no-audit --no-fund --loglevel=error
else
    npm --prefix "$peers" install --no-package-lock --no-audit --no-fund --loglevel=error
fi
[ -x "$peers/python/bin/python" ] || python3 -m venv "$peers/python"
"$peers/python/bin/python" -m pip install --quiet --disable-pip-version-check -r "$peers/requirements.txt"

scratch=$(mktemp -d)
started=()
stop() {
    for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
    for pid in "${started[@]}"; do wait "$pid" 2>/dev/null || true; done
    rm -rf "$scratch"
}
trap stop EXIT

wait_for() { # WHAT, then a command that succeeds once it has started
    local what=$1
    shift
    for _ in $(seq 1500); do
        if "$@"; then return; fi
        sleep 0.2
    done
    echo "$what did not start" >&2
    cat "$scratch"/*.log >&2 || true
    exit 1
}
has_line() { [ -s "$1" ] && [ "$(wc -l <"$1")" -ge 1 ]; }

# This process holds the other end of the pipe open, so that the sandbox keeps running.
mkfifo "$scratch/stdin"
exec 9<>"$scratch/stdin"
"$@" <&9 >"$scratch/ready" 2>"$scratch/sandbox.log" 9>&- &
started+=($!)
wait_for "the sandbox" has_line "$scratch/ready"
SANDBOX=$(head -n 1 "$scratch/ready")
export SANDBOX

upstream=$(node -p 'JSON.parse(process.env.SANDBOX).openrouter.base_url')
free_port() {
    node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })'
}
prism() { # NAME, then the options; leaves its address in $address
    local name=$1 port
    shift
    port=$(free_port)
    address=http://127.0.0.1:$port
    node "$peers/node_modules/@stoplight/prism-cli/dist/index.js" proxy \
        "$peers/openrouter-openapi-keys-subset.yaml" "$upstream" \
        --host 127.0.0.1 --port "$port" "$@" >"$scratch/$name.log" 2>&1 9>&- &
    started+=($!)
    wait_for "prism $name" grep -q "is listening" "$scratch/$name.log"
}
prism strict --errors
PRISM_STRICT=$address
prism lenient
PRISM_LENIENT=$address
export PRISM_STRICT PRISM_LENIENT

failed=()
run() { # NAME, then the command
    local name=$1
    shift
    echo "== $name"
    "$@" || failed+=("$name")
}
run "npm pinata" node "$peers/pinata.mjs"
run "npm @openrouter/sdk" node "$peers/openrouter.mjs"
run "PyPI openrouter" "$peers/python/bin/python" "$peers/openrouter_peer.py"
run "PyPI pinatapy-vourhey" "$peers/python/bin/python" "$peers/pinatapy_peer.py"
run "OpenAPI" node "$peers/conformance.mjs"

if [ ${#failed[@]} -gt 0 ]; then
    printf 'failed: %s\n' "${failed[*]}" >&2
    exit 1
fi
echo "all peers agree with the sandbox"
