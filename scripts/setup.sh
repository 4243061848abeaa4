#!/bin/sh
# Makes a virtual environment with exactly what the lock names, and Mailroom itself in it.
#
#   scripts/setup.sh                                   for work on this tree: .venv, editable, with the test tools
#   PYTHON=python3.12 VENV=.venv312 scripts/setup.sh   the same with another Python
#   VENV=/opt/mailroom LOCK=requirements-run.lock TARGET=. scripts/setup.sh    a copy that needs this tree no more
#
# Only python's own venv and pip are used, every download is held to its hash, and nothing is built in an
# environment of its own, so that nothing is fetched that the locks do not name. A second run does nothing.
set -eu

cd "$(dirname "$0")/.."
PYTHON=${PYTHON:-python3}
VENV=${VENV:-.venv}
LOCK=${LOCK:-requirements.lock}
TARGET=${TARGET:--e .}
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

has_venv() { "$PYTHON" -c 'import venv, ensurepip' 2>/dev/null; }

# durable-rules comes as source with a C part; it is only wanted below 3.13 (docs/adr/0002).
wants_compiler() { "$PYTHON" -c 'import sys; sys.exit(sys.version_info >= (3, 13))'; }
has_compiler() {
    include=$("$PYTHON" -c 'import sysconfig; print(sysconfig.get_path("include"))')
    printf '#include <stdio.h>\n#include <Python.h>\n' | cc -E -I"$include" - >/dev/null 2>&1
}

command -v "$PYTHON" >/dev/null || fail "找不到 $PYTHON。请安装 Python 3.11 或更高版本 (apt-get install python3)," \
    "或用 make PYTHON=/路径/python3.11 指定。" "(Python 3.11 or later is needed.)"
"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$PYTHON 版本过低: $("$PYTHON" --version)。需要 3.11 或更高版本,可用 make PYTHON=... 指定。"

stamp=$(cat requirements-build.lock "$LOCK" pyproject.toml | sha256sum | cut -d' ' -f1)
stamp="$stamp $("$PYTHON" -c 'import sys; print(sys.version_info[:2])') $(pwd)"
if [ "$TARGET" = "-e ." ] && [ "$(cat "$VENV/.mailroom-stamp" 2>/dev/null)" = "$stamp" ]; then
    exit 0
fi

packages=
has_venv || packages="python3-venv"
if wants_compiler && ! has_compiler; then
    packages="$packages gcc libc6-dev python3-dev"
fi
if [ -n "$packages" ]; then
    # shellcheck disable=SC2086  # a list of names
    scripts/debian-packages.sh "安装依赖" $packages || exit 1
    has_venv || fail "$PYTHON 仍缺少 venv 模块;若它不是 Debian 的 python3,请为它补装 venv。"
    ! wants_compiler || has_compiler ||
        fail "仍找不到 $PYTHON 的 C 头文件 Python.h;若它不是 Debian 的 python3,请为它补装开发头文件。"
fi

[ -x "$VENV/bin/python" ] || "$PYTHON" -m venv "$VENV"
"$VENV/bin/python" -m pip --version >/dev/null 2>&1 || "$VENV/bin/python" -m ensurepip >/dev/null
"$VENV/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$VENV 是用过旧的 Python 建的,请先 make clean。"

printf '正在安装依赖(首次约需几分钟)……\n'
pip() { "$VENV/bin/python" -m pip "$@"; }
# For work on this tree what is loaded is compiled when it is first loaded: half of it never is.
compile=--compile
[ "$TARGET" != "-e ." ] || compile=--no-compile
# The locks are complete, so nothing is resolved: pip's resolver would ask for the newest release of a package that
# another one names with an extra (coverage[toml]), and refuse the lock on the day there is a newer one.
pip install -q "$compile" --require-hashes --no-deps -r requirements-build.lock
# Two at a time: each spends most of its time on one core, reading through the index's long pages.
halves=$(mktemp -d)
trap 'rm -r "$halves"' EXIT
awk -v into="$halves" '/^[[:alnum:]]/ { n++ } n { print > (into "/" n % 2 ".lock") }' "$LOCK"
pip install -q "$compile" --require-hashes --no-deps --no-build-isolation -r "$halves/0.lock" &
other=$!
done=yes
pip install -q "$compile" --require-hashes --no-deps --no-build-isolation -r "$halves/1.lock" || done=
wait "$other" || done=
[ -n "$done" ] || exit 1
# shellcheck disable=SC2086  # "-e ." is two words
pip install -q --no-deps --no-build-isolation $TARGET
printf '%s\n' "$stamp" >"$VENV/.mailroom-stamp"
