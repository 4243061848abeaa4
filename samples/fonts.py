"""Finds the Debian fonts the samples are drawn with, and says which package to install when one is
missing.

No font is copied into the repository; nothing but looking for files lives here.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from PIL import ImageFont

from samples.sheet import Face

FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
    Path.home() / ".fonts",
)
PACKAGES = {
    Face.SONG: ("uming.ttc", "fonts-arphic-uming"),
    Face.HEI: ("wqy-zenhei.ttc", "fonts-wqy-zenhei"),
    Face.KAI: ("ukai.ttc", "fonts-arphic-ukai"),
}


class MissingFontError(Exception):
    """A font file is not on this machine; the message names the Debian package that brings it."""


@cache
def font_file(face: Face) -> Path:
    """The file that holds a face. Raises MissingFontError naming the package."""
    name, package = PACKAGES[face]
    for folder in FOLDERS:
        if folder.is_dir():
            for found in sorted(folder.rglob(name)):
                return found
    raise MissingFontError(f"font file {name} not found: apt install {package}")


@lru_cache(maxsize=64)  # every height is another font of some megabytes
def font(face: Face, pixels: int) -> ImageFont.FreeTypeFont:
    """A face at a height of ``pixels``. Raises MissingFontError."""
    return ImageFont.truetype(str(font_file(face)), pixels, layout_engine=ImageFont.Layout.BASIC)
