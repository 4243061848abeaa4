#!/bin/sh
# Installs Mailroom as a system service: the program, an account, the configuration to be filled in, the units.
#
#   sudo scripts/install.sh            again after an update; the configuration and the data are never touched
#   sudo PREFIX=/srv/mailroom ETC=/srv/etc/mailroom scripts/install.sh      elsewhere: the units follow
#
# Nothing is started: the configuration must be filled in first. An installation that is at work: scripts/upgrade.sh.
set -eu
umask 022  # the account must be able to read the program, whatever root's own mask is

cd "$(dirname "$0")/.."
. scripts/places.sh
SETUP=${SETUP:-scripts/setup.sh}

VENV="$PREFIX" LOCK=requirements-run.lock TARGET=. sh "$SETUP"

id "$ACCOUNT" >/dev/null 2>&1 ||
    useradd --system --user-group --home-dir "$STATE" --shell /usr/sbin/nologin "$ACCOUNT"
GROUP=$(id -gn "$ACCOUNT")

install -d -m 0750 -g "$GROUP" "$ETC" "$ETC/secrets"
# systemd makes it too, but only when the service starts; check comes before that
install -d -m 0700 -o "$ACCOUNT" -g "$GROUP" "$STATE"
if [ ! -e "$ETC/mailroom.toml" ]; then
    sed "s#/etc/mailroom#$ETC#g; s#/var/lib/mailroom#$STATE#g" config/mailroom.toml >"$ETC/mailroom.toml"
    chgrp "$GROUP" "$ETC/mailroom.toml"
    chmod 0640 "$ETC/mailroom.toml"
fi
if [ ! -e "$ETC/calls" ]; then
    cp -R config/calls "$ETC/calls"
    chgrp -R "$GROUP" "$ETC/calls"
    chmod -R u=rwX,g=rX,o= "$ETC/calls"
fi
mkdir -p "$UNITS"
for unit in $ALL_UNITS; do
    sed "s#/opt/mailroom#$PREFIX#g; s#/etc/mailroom#$ETC#g; s#^User=.*#User=$ACCOUNT#; s#^Group=.*#Group=$GROUP#" \
        "systemd/$unit" >"$UNITS/$unit"
    chmod 0644 "$UNITS/$unit"
done
[ ! -d /run/systemd/system ] || systemctl daemon-reload

cat <<END
已安装。接下来:
  1. 填写 $ETC/mailroom.toml
  2. 写入两个密码文件(163、QQ 邮箱用客户端授权码),并限制权限:
       install -m 0640 -g $GROUP /dev/stdin $ETC/secrets/mailbox-password
       install -m 0640 -g $GROUP /dev/stdin $ETC/secrets/smtp-password
  3. 检查: sudo -u $ACCOUNT $PREFIX/bin/mailroom --config $ETC/mailroom.toml check
  4. 启动: systemctl enable --now mailroom
  5. 每夜备份: systemctl enable --now mailroom-backup.timer (放到另一块磁盘,见 docs/howto/备份与恢复.md)
  6. 工作人员的办件台(可选,见 docs/desk.md): systemctl enable --now mailroom-desk
以后升级: make upgrade;卸载: make uninstall(配置和数据保留)
END
