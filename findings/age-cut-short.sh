#!/bin/sh
# Guess:  decrypting a file that was cut short, or with a key it was not made for, raises an error and leaves no file.
# Really: the error comes, and a file stays: of the one cut short everything up to the last whole piece of 64 KiB, which looks like
#         the beginning of a good copy; with the wrong key an empty one. What stood under that name before is gone.
# Seen:   pyrage 1.4.0, CPython 3.11, 2026-11-30
. "$(dirname "$0")/common.sh"
packages pyrage==1.4.0
cat >ask.py <<'P'
from pathlib import Path
import pyrage

own, another = (pyrage.x25519.Identity.generate() for _ in range(2))
Path("plain").write_bytes(b"backup " * 42_000)
pyrage.encrypt_file("plain", "whole.age", [own.to_public()])
Path("cut.age").write_bytes(Path("whole.age").read_bytes()[:-70_000])
for name, key in (("whole.age", own), ("cut.age", own), ("whole.age", another)):
    Path("copy").write_bytes(b"yesterday's")
    try:
        pyrage.decrypt_file(name, "copy", [key])
        said = "good"
    except Exception as error:
        said = type(error).__name__
    left = Path("copy").read_bytes()
    whole = Path("plain").read_bytes()
    kind = "all of it" if left == whole else "a beginning" if left and whole.startswith(left) else "empty"
    print(name, said, len(left), kind)
P
python ask.py >out
seen out <<'O'
whole.age good 294000 all of it
cut.age OSError 196608 a beginning
whole.age DecryptError 0 empty
O
