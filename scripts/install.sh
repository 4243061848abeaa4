#!/bin/sh
# Installs Mailroom as a system service: the program, an account, the configuration to be filled in, the unit.
#
#   sudo scripts/install.sh            again after an update; the configuration and the data are never touched
#
# Nothing is started: the configuration must be filled in first.
set -eu

cd "$(dirname "$0")/.."
PREFIX=${PREFIX:-/opt/mailroom}
ETC=${ETC:-/etc/mailroom}
UNITS=${UNITS:-/etc/systemd/system}
ACCOUNT=${ACCOUNT:-mailroom}

if [ "$(id -u)" -ne 0 ]; then
    echo "安装系统服务需要 root 权限: sudo make install" >&2
    exit 1
fi

VENV="$PREFIX" LOCK=requirements-run.lock TARGET=. sh scripts/setup.sh

id "$ACCOUNT" >/dev/null 2>&1 ||
    useradd --system --user-group --home-dir /var/lib/mailroom --shell /usr/sbin/nologin "$ACCOUNT"

install -d -m 0750 -g "$ACCOUNT" "$ETC" "$ETC/secrets"
[ -e "$ETC/mailroom.toml" ] || install -m 0640 -g "$ACCOUNT" config/mailroom.toml "$ETC/mailroom.toml"
if [ ! -e "$ETC/calls" ]; then
    cp -R config/calls "$ETC/calls"
    chgrp -R "$ACCOUNT" "$ETC/calls"
    chmod -R u=rwX,g=rX,o= "$ETC/calls"
fi
install -D -m 0644 systemd/mailroom.service "$UNITS/mailroom.service"
install -D -m 0644 systemd/mailroom-desk.service "$UNITS/mailroom-desk.service"
[ ! -d /run/systemd/system ] || systemctl daemon-reload

cat <<END
已安装。接下来:
  1. 填写 $ETC/mailroom.toml
  2. 写入两个密码文件(163、QQ 邮箱用客户端授权码),并限制权限:
       install -m 0640 -g $ACCOUNT /dev/stdin $ETC/secrets/mailbox-password
       install -m 0640 -g $ACCOUNT /dev/stdin $ETC/secrets/smtp-password
  3. 检查: sudo -u $ACCOUNT $PREFIX/bin/mailroom --config $ETC/mailroom.toml check
  4. 启动: systemctl enable --now mailroom
  5. 工作人员的办件台(可选,见 docs/desk.md): systemctl enable --now mailroom-desk
END
