#!/bin/sh
# Guess:  `soffice --headless --convert-to` on a profile that was used before loads the program, reads the file and writes the other one;
#         what it does with pictures depends on the file.
# Really: at every headless start it first draws some hundred figures on pictures of up to 4,096 x 4,096 pixels to see whether it can
#         (GraphicsRenderTests.log in the profile): more than half of the time of a one-page conversion, and memory is touched more than
#         five times as often. It means to do so once for each version, but what version was used last is only written down by its
#         windows, which a headless start has none of. A profile that names a later version is spared, and the file comes out the same.
# Seen:   LibreOffice 7.4.7, 2026-12-01
. "$(dirname "$0")/common.sh"
packages
command -v soffice >/dev/null || { echo "LibreOffice (Debian package libreoffice-writer-nogui) is not installed"; exit 77; }
cat >measure.py <<'P'
import pathlib, resource, shutil, subprocess
HEAD = '<oor:items xmlns:oor="http://openoffice.org/2001/registry">'
LATER = '<item oor:path="/org.openoffice.Setup/Product"><prop oor:name="ooSetupLastVersion" oor:op="fuse"><value>999.0</value></prop></item>'
pathlib.Path("form.html").write_text("<p>name</p>")
program = pathlib.Path(shutil.which("soffice")).resolve().with_name("soffice.bin")
def start(profile):
    """Processor seconds, pages touched for the first time, whether it drew."""
    log = pathlib.Path(profile, "user/GraphicsRenderTests.log")
    log.unlink(missing_ok=True)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    where = f"-env:UserInstallation=file://{pathlib.Path(profile).absolute()}"
    subprocess.run([program, "--headless", where, "--convert-to", "txt:Text:UTF8", "--outdir", f"{profile}-made", "form.html"], capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent, after.ru_minflt - before.ru_minflt, log.exists()
pathlib.Path("later/user").mkdir(parents=True)
pathlib.Path("later/user/registrymodifications.xcu").write_text(f"{HEAD}{LATER}</oor:items>")
for profile in ("usual", "later"):
    start(profile)  # the first one only makes the profile
    for number in (2, 3):
        spent, touched, drew = start(profile)
        print(profile, "start", number, "draws" if drew else "draws nothing")
    if profile == "usual":
        usual, often = spent, touched
print("more than half of the time:", usual > 2 * spent)
print("memory touched more than five times as often:", often > 5 * touched)
made = [pathlib.Path(f"{each}-made/form.txt").read_bytes() for each in ("usual", "later")]
print("the same text:", made[0] == made[1] and b"name" in made[0])
P
python measure.py >out
seen out <<'O'
usual start 2 draws
usual start 3 draws
later start 2 draws nothing
later start 3 draws nothing
more than half of the time: True
memory touched more than five times as often: True
the same text: True
O
