#!/bin/sh
# Builds the Debian package dist/mailroom_VERSION_ARCH.deb; nothing is installed, and root is not needed.
#
#   scripts/deb.sh
#   VERSION=0.2.0 PYTHON=/usr/bin/python3 scripts/deb.sh
#
# The program is the very environment that `make install` makes, every package held to its hash, at /usr/lib/mailroom.
# It is bound to the minor version of the Python it was made with, which must be Debian's own.
set -eu
umask 022

cd "$(dirname "$0")/.."
PYTHON=${PYTHON:-/usr/bin/python3}
OUT=${OUT:-dist}
SETUP=${SETUP:-scripts/setup.sh}
VERSION=${VERSION:-$(sed -n 's/^version = "\(.*\)"$/\1/p' pyproject.toml | head -n 1)}
LIB=/usr/lib/mailroom

command -v dpkg-deb >/dev/null || { echo "没有 dpkg-deb,这个包只能在 Debian 上打" >&2; exit 1; }
STAGE=$(mktemp -d)
trap 'rm -rf "$STAGE"' EXIT
chmod 0755 "$STAGE"

PYTHON="$PYTHON" VENV="$STAGE$LIB" LOCK=requirements-run.lock TARGET=. sh "$SETUP"
# Made here, at home there: scripts and pyvenv.cfg name the place; notes of where the tree lay go.
grep -rlI "$STAGE" "$STAGE$LIB/bin" "$STAGE$LIB/pyvenv.cfg" 2>/dev/null | xargs -r sed -i "s#$STAGE##g"
rm -f "$STAGE$LIB/.mailroom-stamp"
find "$STAGE$LIB" -path '*/mailroom-*.dist-info/direct_url.json' -delete
find "$STAGE$LIB" -name __pycache__ -type d -prune -exec rm -rf {} +
"$PYTHON" -m compileall -q -s "$STAGE" -p / --invalidation-mode unchecked-hash "$STAGE$LIB" >/dev/null || true

share="$STAGE/usr/share"
install -d "$STAGE/usr/bin" "$STAGE/usr/lib/systemd/system" "$STAGE/usr/lib/sysusers.d" "$share/mailroom" \
    "$share/man/man1" "$share/bash-completion/completions" "$share/zsh/vendor-completions" \
    "$share/fish/vendor_completions.d" "$share/doc/mailroom" "$STAGE/DEBIAN"
ln -s "../lib/mailroom/bin/mailroom" "$STAGE/usr/bin/mailroom"
for unit in systemd/*; do
    sed "s#/opt/mailroom/bin/#/usr/bin/#g" "$unit" >"$STAGE/usr/lib/systemd/system/${unit##*/}"
done
install -m 0644 share/debian/mailroom.sysusers "$STAGE/usr/lib/sysusers.d/mailroom.conf"
install -m 0644 config/mailroom.toml "$share/mailroom/mailroom.toml"
cp -R config/calls "$share/mailroom/calls"
gzip -9nc share/man/mailroom.1 >"$share/man/man1/mailroom.1.gz"
install -m 0644 share/completions/mailroom.bash "$share/bash-completion/completions/mailroom"
install -m 0644 share/completions/_mailroom "$share/zsh/vendor-completions/_mailroom"
install -m 0644 share/completions/mailroom.fish "$share/fish/vendor_completions.d/mailroom.fish"
cat share/debian/copyright LICENSE >"$share/doc/mailroom/copyright"
gzip -9nc CHANGELOG.md >"$share/doc/mailroom/changelog.gz"
find "$share/mailroom" -name __pycache__ -prune -exec rm -rf {} +

next() { "$PYTHON" -c "import sys; print('3.%d' % (sys.version_info[1] + $1))"; }
sed -e "s/@VERSION@/$VERSION/; s/@ARCH@/$(dpkg --print-architecture)/; s/@PYTHON@/$(next 0)/; s/@NEXT@/$(next 1)/" \
    -e "s/@SIZE@/$(du -sk "$STAGE" | cut -f1)/" share/debian/control >"$STAGE/DEBIAN/control"
for script in postinst prerm postrm; do
    install -m 0755 "share/debian/$script" "$STAGE/DEBIAN/$script"
done
mkdir -p "$OUT"
dpkg-deb --root-owner-group -Zzstd -z6 --build "$STAGE" "$OUT" | sed 's/^dpkg-deb: //'
