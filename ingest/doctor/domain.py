"""SPF and DMARC of the office's own domain: whether others will believe its letters.

Nothing is asked unless ``doctor --dns`` wants it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.dns import texts_of
from ingest.doctor.signs import Sign, State


def domain_signs(address: str, server: tuple[str, int]) -> Iterator[Sign]:
    """SPF and DMARC of the domain of ``address``, as far as ``server`` answers."""
    domain = address.rpartition("@")[2].lower()
    for name, place, mark, without in (
        ("SPF", domain, "v=spf1", "回信可能被当作垃圾邮件"),
        ("DMARC", f"_dmarc.{domain}", "v=DMARC1", "别人冒用本域名发信，收信方认不出"),
    ):
        try:
            texts = texts_of(place, server)
        except (OSError, ValueError) as error:
            told = f"域名服务器没有回答 {place}（{error}），没有查"
            yield Sign(name, State.NOTE, told, "")
            continue
        record = next((text for text in texts if text.startswith(mark)), "")
        yield Sign.of(
            name,
            "" if record else f"{place} 没有 {name} 记录，{without}",
            "请管域名的人加上；用公共邮箱（163、QQ）的不必管",
            record[:120],
            grave=False,
        )
