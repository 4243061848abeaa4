#!/bin/sh
# Guess:  a library for SM2 verifies every valid signature.
# Really: it takes the prefix 04 of a public key away with lstrip("04"), which takes every leading 0 and 4: of keys that begin
#         with 04 some good signatures are refused, with or without the prefix.
# Seen:   gmssl 3.2.2, CPython 3.11, 2026-11-29
. "$(dirname "$0")/common.sh"
packages gmssl==3.2.2
cat >ask.py <<'P'
from gmssl import sm2
def pair(number):
    private = f"{number:064x}"
    curve = sm2.CryptSM2(private_key=private, public_key="")
    return private, curve._kg(number, curve.ecc_table["g"])
def verified(private, public):
    both = sm2.CryptSM2(private_key=private, public_key=public)
    signature = both.sign(b"data", f"{12345:064x}")
    try:
        return both.verify(signature, b"data")
    except Exception as error:
        return type(error).__name__
found = {}
number = 1
while len(found) < 2:
    number += 1
    private, public = pair(number)
    found.setdefault(public.startswith("04"), (private, public))
print("ordinary key:", verified(*found[False]))
print("key that begins with 04:", verified(*found[True]) is True)
P
python ask.py >out
seen out <<'O'
ordinary key: True
key that begins with 04: False
O
