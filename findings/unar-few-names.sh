#!/bin/sh
# Guess:  unar recognises names in GBK (an archive packed on Windows) by itself, as it is known for; or it fails to.
# Really: it depends on how many there are. It guesses from all names of the archive together: one or two short Chinese ones, the
#         usual attachment, come out as Russian, as accented letters or as %XX, with exit code 0; add a third file and the same names are right.
#         How sure it was stands in lsar's JSON alone. With -e GB18030 all are right.
# Seen:   unar 1.10.1, CPython 3.11, 2026-11-30
. "$(dirname "$0")/common.sh"
packages
command -v lsar >/dev/null || { echo "unar (Debian package unar) is not installed"; exit 77; }
cat >ask.py <<'P'
import io, json, subprocess, tarfile

def told(names, *options):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", encoding="gbk", format=tarfile.GNU_FORMAT) as archive:
        for name in names:
            archive.addfile(tarfile.TarInfo(name))
    with open("a.tar", "wb") as file:
        file.write(buffer.getvalue())
    said = json.loads(subprocess.run(["lsar", "-j", *options, "a.tar"], capture_output=True, check=True).stdout)
    return [entry["XADFileName"] for entry in said["lsarContents"]], said.get("lsarEncoding"), said.get("lsarConfidence", 0)

names = ["张三.doc", "申报书.doc", "汇总表.xls"]
for few in (names[:1], names[1:2], names[2:], names[:2], names):
    read, coding, sure = told(few)
    print("right" if read == few else "wrong", *read, coding, f"{sure:.2f}")
print("told which:", *told(names[:1], "-e", "GB18030")[0])
P
PYTHONUTF8=1 python ask.py >out
seen out <<'O'
wrong уехЩ.doc KOI8-R 0.68
wrong %c9%ea%b1%a8%ca%e9.doc Shift_JIS 0.01
wrong »ã×Ü±í.xls windows-1252 0.50
wrong уехЩ.doc иЙ╠╗йИ.doc KOI8-R 0.33
right 张三.doc 申报书.doc 汇总表.xls gb18030 0.99
told which: 张三.doc
O
