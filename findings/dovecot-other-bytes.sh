#!/bin/sh
# Guess:  a mail that was put into a mailbox by APPEND is fetched as the same bytes, give or take the ends of lines.
# Really: a NUL comes back as the byte 80, with the size unchanged (and no character of UTF-8 begins so); a lone CR in a line comes back as
#         the end of a line. So what one put there oneself is not found again by its hash, nor a NUL that a sender's program wrote.
# Seen:   Dovecot 2.3.19.1 (Debian 12), CPython 3.11, 2026-11-30
. "$(dirname "$0")/common.sh"
packages
PATH="$PATH:/usr/sbin"
command -v dovecot >/dev/null || { echo "Dovecot (Debian package dovecot-imapd) is not installed"; exit 77; }
cat >ask.py <<'P'
import getpass, imaplib, os, shutil, socket, subprocess, tempfile
from pathlib import Path

with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
base = Path(tempfile.mkdtemp(prefix="dovecot-"))  # short: its sockets lie below
base.chmod(0o755)
owner = "nobody" if os.getuid() == 0 else getpass.getuser()
(base / "mail").mkdir()
shutil.chown(base / "mail", owner)
(base / "users").write_text("office:{PLAIN}word\n")
(base / "conf").write_text(f"""
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {owner}
default_login_user = {owner}
mail_location = maildir:{base}/mail
first_valid_uid = 1
passdb {{
  driver = passwd-file
  args = {base}/users
}}
userdb {{
  driver = static
  args = uid={owner} gid={os.getgid() if os.getuid() else "nogroup"} home={base}/mail
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
""")
subprocess.run(["dovecot", "-c", base / "conf"], check=True, stderr=subprocess.DEVNULL)
try:
    box = imaplib.IMAP4("127.0.0.1", port)
    box.login("office", "word")
    for name, body in (("NUL", b"a\0b\r\n"), ("lone CR", b"a\rb\r\n"), ("as it should be", b"a b\r\n")):
        raw = b"Subject: x\r\n\r\n" + body
        box.append("INBOX", None, None, raw)
        box.select("INBOX", readonly=True)
        head, fetched = box.fetch(box.search(None, "ALL")[1][0].split()[-1], "(RFC822.SIZE BODY.PEEK[])")[1][0]
        size = int(head.split()[2])
        print(f"{name}: {len(raw)} bytes in, size {size},", ascii(fetched.partition(b"\r\n\r\n")[2]))
finally:
    subprocess.run(["dovecot", "-c", base / "conf", "stop"], check=False)
    shutil.rmtree(base, ignore_errors=True)
P
python ask.py >out
seen out <<'O'
NUL: 19 bytes in, size 19, b'a\x80b\r\n'
lone CR: 19 bytes in, size 20, b'a\r\nb\r\n'
as it should be: 19 bytes in, size 19, b'a b\r\n'
O
