#!/bin/sh
# Guess:  where /proc/meminfo is hidden (systemd's ProcSubset=pid), py7zr unpacks with a default buffer.
# Really: it asks psutil for the free memory and the archive fails with FileNotFoundError, an OSError like that of a bad file;
#         with RLIMIT_DATA set it does not ask. RLIMIT_AS makes no difference.
# Seen:   py7zr 1.1.4, psutil 7.2.2, CPython 3.11, 2026-11-29. The hidden /proc is psutil's own setting PROCFS_PATH here.
. "$(dirname "$0")/common.sh"
packages py7zr==1.1.4 psutil==7.2.2
mkdir empty
cat >ask.py <<'P'
import io, resource, psutil, py7zr
buffer = io.BytesIO()
with py7zr.SevenZipFile(buffer, "w") as archive:
    archive.writestr("hello", "a.txt")
def read(what):
    try:
        with py7zr.SevenZipFile(io.BytesIO(buffer.getvalue())) as archive:
            factory = py7zr.io.BytesIOFactory(1000)
            archive.extract(factory=factory, targets=["a.txt"])
            print(what, factory.products["a.txt"].read().decode())
    except OSError as error:
        print(what, type(error).__name__, error.filename)
read("all of /proc:")
psutil.PROCFS_PATH = "empty"
read("no meminfo:")
resource.setrlimit(resource.RLIMIT_AS, (2**32, 2**32))
read("RLIMIT_AS:")
resource.setrlimit(resource.RLIMIT_DATA, (2**32, 2**32))
read("RLIMIT_DATA:")
P
python ask.py >out
seen out <<'O'
all of /proc: hello
no meminfo: FileNotFoundError empty/meminfo
RLIMIT_AS: FileNotFoundError empty/meminfo
RLIMIT_DATA: hello
O
