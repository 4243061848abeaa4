#!/bin/sh
# Installs Debian packages that are missing, or says in one message which ones and how.
#
#   scripts/debian-packages.sh PURPOSE PACKAGE...
#
# Exit code: 0 all are there now; 1 some are missing (the message has been printed).
# Nothing else belongs here: what needs which package is the caller's knowledge.
set -eu

purpose=$1
shift

missing() {
    for package in "$@"; do
        state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
        [ "$state" = installed ] || printf '%s ' "$package"
    done
}

ask_for() {
    printf '\n缺少 Debian 软件包(%s): %s\n请执行:\n    sudo apt-get install --no-install-recommends %s\n' \
        "$purpose" "$1" "$1" >&2
    printf '(Missing Debian packages; please run the command above.)\n\n' >&2
}

if ! command -v dpkg-query >/dev/null; then
    printf '本系统不是 Debian,无法检查%s所需的软件包,其名称在 Debian 中为: %s\n' "$purpose" "$*" >&2
    exit 1
fi

wanted=$(missing "$@")
[ -n "$wanted" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
    ask_for "$wanted"
    exit 1
fi

# One after another: `make test` asks for its own beside those of the virtual environment.
exec 9>/run/lock/mailroom-debian-packages
flock 9
printf '正在安装 Debian 软件包(%s): %s\n' "$purpose" "$wanted"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086  # a list of names, none holds a space
if apt-get -qq update && apt-get -qq install -y --no-install-recommends $wanted >/dev/null; then
    exit 0
fi
ask_for "$wanted"
exit 1
