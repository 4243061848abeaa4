# Where Mailroom is installed; read by install.sh, upgrade.sh and uninstall.sh, which only root may run.
PREFIX=${PREFIX:-/opt/mailroom}
ETC=${ETC:-/etc/mailroom}
STATE=${STATE:-/var/lib/mailroom}
UNITS=${UNITS:-/etc/systemd/system}
ACCOUNT=${ACCOUNT:-mailroom}
DAEMONS="mailroom.service mailroom-desk.service"
ALL_UNITS="$DAEMONS mailroom@.service mailroom-backup.service mailroom-backup.timer"

if [ "$(id -u)" -ne 0 ]; then
    echo "安装、升级、卸载系统服务需要 root 权限: sudo make install、upgrade 或 uninstall" >&2
    exit 1
fi

# Whether systemd runs here, which is not so in a container or a chroot.
has_systemd() { [ -d /run/systemd/system ]; }
