#!/bin/sh
# Takes Mailroom off this machine: services, units and the program. Configuration and data stay.
#
#   sudo scripts/uninstall.sh
#   sudo PURGE=yes scripts/uninstall.sh      configuration, data and account too: nothing can be brought back
set -eu

cd "$(dirname "$0")/.."
. scripts/places.sh

for unit in $ALL_UNITS; do
    if has_systemd && [ -e "$UNITS/$unit" ]; then
        case "$unit" in
            *@.*) systemctl stop "${unit%%@*}@*.service" && systemctl disable "$unit" ;;  # all of a template
            *) systemctl disable --now "$unit" ;;
        esac
    fi
    rm -f "$UNITS/$unit"
done
if has_systemd; then systemctl daemon-reload; fi
# Only what install.sh made: a mistyped PREFIX removes nothing else.
[ ! -x "$PREFIX/bin/mailroom" ] || rm -rf "$PREFIX"

if [ "${PURGE:-}" = yes ]; then
    rm -rf "$ETC" "$STATE"
    [ "$ACCOUNT" != mailroom ] || ! id "$ACCOUNT" >/dev/null 2>&1 || userdel "$ACCOUNT"
    echo "已卸载,配置和数据一并删除。"
else
    echo "已卸载。配置在 $ETC,数据在 $STATE,都还在;连同它们一起删除: sudo make PURGE=yes uninstall"
fi
