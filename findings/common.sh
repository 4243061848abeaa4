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
