"""Pictures that did not come with the mail."""

from __future__ import annotations

import pytest

from ingest.message.linkedpictures import linked_pictures

WEB = "https://img.example.cn/1.jpg"


@pytest.mark.parametrize(
    ("markup", "count"),
    [
        (f'<img src="{WEB}">', 1),
        (f"<IMG width=800 height=1100 SRC='{WEB}'>", 1),
        (f"<img src={WEB}><img src={WEB}>", 1),
        (r'<img src="file:///C:\Users\wang\1.jpg"><img src="D:\2.jpg">', 2),
        ('<img src="//img.example.cn/2.jpg">', 1),
        ('<img src="cid:1@x"><img src="data:image/png;base64,AAAA">', 0),
        (f'<img width="120" height="40" src="{WEB}">', 0),
        (f'<img style="width:1px;height:1px" src="{WEB}">', 0),
        (f'<img style="display:none" src="{WEB}">', 0),
        (f'<img style="width:100%" src="{WEB}">', 1),
        ("<img alt='x'><img src=''><p>https://img.example.cn/1.jpg</p>", 0),
    ],
)
def test_pictures_from_elsewhere_are_counted(markup: str, count: int) -> None:
    """Those that could show a page."""
    assert linked_pictures(markup) == count
