#!/bin/sh
# Guess:  Pillow leaves pictures as they lie and keeps the EXIF tag Orientation, whatever the format.
# Really: it turns TIFF when loading (the size is that of the turned picture already at open) and takes the tag away; JPEG and PNG
#         it does not. Who reads the tag before loading and turns by himself turns a TIFF twice; exif_transpose after load is right.
# Seen:   Pillow 13.0.0, CPython 3.11, 2026-11-29
. "$(dirname "$0")/common.sh"
packages pillow==13.0.0
cat >ask.py <<'P'
import io
from PIL import Image, ImageOps
for kind in ("TIFF", "JPEG", "PNG"):
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    Image.new("RGB", (40, 20)).save(buffer, kind, exif=exif)
    picture = Image.open(buffer)
    opened, before = picture.size, picture.getexif().get(0x0112)
    picture.load()
    after = picture.getexif().get(0x0112)
    print(kind, "opened", opened, "tag", before, "loaded", picture.size, "tag", after, "transposed", ImageOps.exif_transpose(picture).size)
P
python ask.py >out
seen out <<'O'
TIFF opened (20, 40) tag 6 loaded (20, 40) tag None transposed (20, 40)
JPEG opened (40, 20) tag 6 loaded (40, 20) tag 6 transposed (20, 40)
PNG opened (40, 20) tag 6 loaded (40, 20) tag 6 transposed (20, 40)
O
