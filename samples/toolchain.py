"""With which versions the samples were made: other compressors and font drawers write other bytes
for the same content.

Only names and versions; whoever compares bytes looks here first.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from importlib.metadata import version

from PIL import features

from samples.fonts import PACKAGES, font_file

_HEAD = "# 生成样例时所用的版本。版本不同,压缩和字形的字节可能不同,内容不变。由 python -m samples.make_samples 生成。\n"


def toolchain() -> dict[str, str]:
    """Name -> version of everything that decides bytes; fonts by the beginning of their SHA-256.
    Raises MissingFontError.
    """
    libraries = {name: version(name) for name in ("pillow", "numpy", "python-docx", "lxml")}
    compiled = {name: str(features.version(name)) for name in ("freetype2", "libjpeg_turbo")}
    fonts = {
        PACKAGES[face][0]: hashlib.sha256(
            font_file(face).read_bytes(),
        ).hexdigest()[:16]
        for face in PACKAGES
    }
    return {**libraries, **compiled, "zlib": zlib.ZLIB_RUNTIME_VERSION, **fonts}


def toolchain_yaml() -> str:
    """The same as YAML text."""
    return _HEAD + "".join(f"{name}: {json.dumps(value)}\n" for name, value in toolchain().items())
