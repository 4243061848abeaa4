#!/bin/sh
# Guess:  NFKC turns every radical that looks like a character (browsers print 长 as U+2ED3 into PDFs) into that character.
# Really: it does for the block Kangxi Radicals (U+2F00-2FDF), all 214; of CJK Radicals Supplement (U+2E80-2EFF) for two only.
# Seen:   unicodedata of CPython 3.11 (Unicode 14), 2026-11-29
. "$(dirname "$0")/common.sh"
packages
cat >ask.py <<'P'
import unicodedata as u
def changed(first, last):
    named = [chr(point) for point in range(first, last + 1) if u.name(chr(point), "")]
    return sum(u.normalize("NFKC", each) != each for each in named), len(named)
print("Kangxi: %d of %d" % changed(0x2F00, 0x2FDF))
print("Supplement: %d of %d" % changed(0x2E80, 0x2EFF))
print("U+2ED3 is folded:", u.normalize("NFKC", "\u2ed3") == "\u957f")
P
python ask.py >out
seen out <<'O'
Kangxi: 214 of 214
Supplement: 2 of 115
U+2ED3 is folded: False
O
