#!/bin/sh
# Brings an installation to the version of this tree: services stopped, program and units replaced, the database
# copied beside itself and brought to the new schema, services started again.
#
# What fails leaves the services stopped and the data as they were; the copy is named by mailroom migrate.
set -eu

cd "$(dirname "$0")/.."
. scripts/places.sh

[ -x "$PREFIX/bin/mailroom" ] || { echo "$PREFIX 里没有装过 mailroom,请用 make install" >&2; exit 1; }

running=
for unit in $DAEMONS; do
    if has_systemd && systemctl is-active --quiet "$unit"; then
        running="$running $unit"
        systemctl stop "$unit"
    fi
done

sh scripts/install.sh >/dev/null
as_account() { setpriv --reuid="$ACCOUNT" --regid="$(id -gn "$ACCOUNT")" --clear-groups env -C / "$@"; }
as_account "$PREFIX/bin/mailroom" --config "$ETC/mailroom.toml" migrate

for unit in $running; do
    systemctl start "$unit"
done
echo "已升级。请运行: sudo -u $ACCOUNT $PREFIX/bin/mailroom --config $ETC/mailroom.toml check"
