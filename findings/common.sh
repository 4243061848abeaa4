# Sourced by every finding: a folder of its own, an environment with the packages named, and the comparison with what was seen.
# Nothing of this project is used. PYTHON names the interpreter (default python3).
set -eu

PLACE=$(mktemp -d)
trap 'rm -rf "$PLACE"' EXIT

# packages NAME==VERSION ...: installs them; the program `python` is theirs from then on.
packages() {
    "${PYTHON:-python3}" -m venv "$PLACE/venv"
    PATH="$PLACE/venv/bin:$PATH"
    [ $# -eq 0 ] || pip install -qq --disable-pip-version-check "$@"
    cd "$PLACE"
}

# seen FILE: prints what FILE holds; fails when it is not what standard input says.
seen() {
    cat "$1"
    if ! diff - "$1" >"$PLACE/difference"; then
        echo "CHANGED (< seen in November 2026, > now):"
        cat "$PLACE/difference"
        exit 1
    fi
}

# serve_s3: rclone's S3 server on loopback, at $port, with one empty bucket called "bucket" and the key KEY, SECRET.
serve_s3() {
    mkdir -p store/bucket
    port=$(python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    rclone serve s3 --config /dev/null --auth-key KEY,SECRET --addr "127.0.0.1:$port" store 2>/dev/null &
    trap "kill $!; rm -rf '$PLACE'" EXIT
}
