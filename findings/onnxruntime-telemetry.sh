#!/bin/sh
# Guess:  importing an inference library leaves nothing behind; what reports can be switched off by its own function.
# Really: the Linux wheel reports by default since 1.29: the import alone writes a device id and a database below HOME and a
#         file into TMPDIR. disable_telemetry_events() comes too late; ORT_DISABLE_TELEMETRY=1 must stand before the import.
#         CI=true hides all of it, so that a build server sees nothing.
# Seen:   onnxruntime 1.32.0, CPython 3.11, Linux x86-64, 2026-11-29
. "$(dirname "$0")/common.sh"
packages onnxruntime==1.32.0
unset CI ORT_DISABLE_TELEMETRY || true
# Without a network where that is allowed, so that what is written here is not sent.
alone=
if unshare --net --map-root-user true 2>/dev/null; then alone="unshare --net --map-root-user"; fi
left_by() { # name, environment, program
    mkdir "$1"
    $alone env "$2" HOME="$PLACE/$1" TMPDIR="$PLACE/$1" python -c "$3" 2>/dev/null
    # The database's side files come and go.
    echo "$1:" $(find "$1" -type f ! -name '*-wal' ! -name '*-shm' ! -name '*-journal' -exec basename {} \; | sort)
}
{
    left_by plain A=1 "import onnxruntime"
    left_by switched-off-after A=1 "import onnxruntime; onnxruntime.disable_telemetry_events()"
    left_by told-before ORT_DISABLE_TELEMETRY=1 "import onnxruntime"
    left_by on-a-build-server CI=true "import onnxruntime"
} >out
seen out <<'O'
plain: .ses deviceid onnxruntime.db
switched-off-after: .ses deviceid onnxruntime.db
told-before:
on-a-build-server:
O
