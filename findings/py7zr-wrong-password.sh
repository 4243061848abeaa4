#!/bin/sh
# Guess:  a wrong password for a 7z raises PasswordRequired or says that the password is wrong.
# Really: with encrypted contents LZMAError "Corrupt input data", the words for a damaged file; PasswordRequired is for none at all.
# Seen:   py7zr 1.1.4, CPython 3.11, 2026-11-29
. "$(dirname "$0")/common.sh"
packages py7zr==1.1.4
cat >ask.py <<'P'
import io, py7zr
buffer = io.BytesIO()
with py7zr.SevenZipFile(buffer, "w", password="right") as archive:
    archive.writestr("hello " * 100, "a.txt")
for password in ("right", None, "wrong"):
    try:
        with py7zr.SevenZipFile(io.BytesIO(buffer.getvalue()), password=password) as archive:
            factory = py7zr.io.BytesIOFactory(10_000)
            archive.extract(factory=factory, targets=["a.txt"])
            print(password, len(factory.products["a.txt"].read()))
    except Exception as error:
        print(password, type(error).__name__, "damaged?" if "orrupt" in str(error) else "")
P
python ask.py | sed 's/ *$//' >out
seen out <<'O'
right 600
None PasswordRequired
wrong LZMAError damaged?
O
