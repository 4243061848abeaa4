# Sourced by every finding: a folder of its own, an environment with the packages named, and the comparison with what was seen.
# Nothing of this project is used. PYTHON names the interpreter (default python3).
set -eu

PLACE=$(mktemp -d)
trap 'rm -rf "$PLACE"' EXIT

# packages NAME==VERSION ...: installs them; the program `python` is theirs from then on.
packages() {
    "${PYTHON:-python3}" -m venv "$PLACE/venv"
    PATH="$PLACE/venv/bin:$PATH"
    [ $# -eq 0 ] || pip install -qq --disable-pip-version-check "$@"
    cd "$PLACE"
}

# seen FILE: prints what FILE holds; fails when it is not what standard input says.
seen() {
    cat "$1"
    if ! diff - "$1" >"$PLACE/difference"; then
        echo "CHANGED (< seen when it was written, > now):"
        cat "$PLACE/difference"
        exit 1
    fi
}

# serve_s3: rclone's S3 server on loopback, at $port, with one empty bucket called "bucket" and the key KEY, SECRET.
serve_s3() {
    mkdir -p store/bucket
    port=$(python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    rclone serve s3 --config /dev/null --auth-key KEY,SECRET --addr "127.0.0.1:$port" store 2>/dev/null &
    trap "kill $!; rm -rf '$PLACE'" EXIT
}

# pdfs: the module pdfs.py, which writes a PDF of one page (object 3) by hand and looks at the middle of a page pdfium draws.
pdfs() {
    cat >pdfs.py <<'P'
def pdf(page, objects):
    bodies = {1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>", 3: page} | objects
    out, offsets = b"%PDF-1.7\n", {}
    for number, body in sorted(bodies.items()):
        offsets[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offsets[number] for number in sorted(bodies))
    return out + b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, table, len(bodies) + 1, len(out))

def middle(page):
    picture = page.render(scale=1)
    at = 50 * picture.stride + 50 * picture.n_channels
    return list(picture.buffer[at : at + 3])

def stream(head, body):
    return b"<<%b/Length %d>>\nstream\n%b\nendstream" % (head, len(body), body)
P
}

# serve_dovecot: Debian's Dovecot on loopback, at $port, with one empty mailbox of the user "office", password "word".
serve_dovecot() {
    PATH="$PATH:/usr/sbin"
    command -v dovecot >/dev/null || { echo "Dovecot (Debian package dovecot-imapd) is not installed"; exit 77; }
    port=$(python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    base=$(mktemp -d) # its sockets' names must be short, and others may enter
    chmod 755 "$base"
    mkdir "$base/mail"
    owner=$(id -un) group=$(id -gn)
    [ "$owner" != root ] || { owner=nobody group=nogroup; chown nobody "$base/mail"; }
    echo "office:{PLAIN}word" >"$base/users"
    cat >"$base/conf" <<C
base_dir = $base/run
state_dir = $base/state
log_path = $base/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = $owner
default_login_user = $owner
mail_location = maildir:$base/mail
first_valid_uid = 1
passdb {
  driver = passwd-file
  args = $base/users
}
userdb {
  driver = static
  args = uid=$owner gid=$group home=$base/mail
}
service anvil {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    port = $port
  }
  inet_listener imaps {
    port = 0
  }
}
C
    dovecot -c "$base/conf" 2>/dev/null
    trap "dovecot -c $base/conf stop; rm -rf '$base' '$PLACE'" EXIT
}
