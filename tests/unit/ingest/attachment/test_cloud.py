"""超大附件: files behind links, named and never fetched."""

from __future__ import annotations

import time

import pytest

from ingest.attachment.cloud import CloudFile, cloud_files, link_in_file

NETEASE = (
    '<div id="divNeteaseBigAttach"><div>从网易163邮箱发来的超大附件</div><a href="https://mail.163.com/large-attachment-download/index.html?file=abc" '
    'download="申报书（盖章扫描）.pdf">申报书（盖章扫描）.pdf</a><span style="color:#bbb"> (80.96M, 2024年8月17日 0:49 到期)</span></div>'
)
NETEASE_PLAIN_ANCHOR = NETEASE.replace(' download="申报书（盖章扫描）.pdf"', "")
NETEASE_FOREVER = NETEASE.replace("2024年8月17日 0:49 到期", "无限期")
QQ = (
    '<div class="bigatt_bt" title="申报书 扫描.pdf\n文件大小：128.0M\n到期时间：2024年08月22日 17:33">'
    '<a href="https://wx.mail.qq.com/ftn/download?func=3&amp;key=k&amp;code=c">下载</a></div>'
)
QQ_TEXT = "您好\n\n从QQ邮箱发来的超大附件\n\n申报书 扫描.pdf (128.03M, 2020年11月27日 21:59 到期)进入下载页面：http://mail.qq.com/cgi-bin/ftnExs_download?t=exs_ftn_download&k=1&code=2"
ENTERPRISE = (
    '<div id="divNeteaseSiriusCloudAttach">从网易企业邮箱发来的云附件 过期时间：2024年8月4日 23:48 '
    '<a href="https://edisk.qiye.163.com/api/biz/attachment/download?identity=x&title=%E7%94%B3%E6%8A%A5%E4%B9%A6.zip">下载</a></div>'
)
ENTERPRISE_HIDDEN = (
    '<div id="divNeteaseSiriusCloudAttach">从网易企业邮箱发来的云附件<a class="divNeteaseSiriusCloudAttachItem" file-id="1" file-name="申报书.zip" '
    'file-size="20971520" expired="1722786486117" href="https://edisk.qiye.163.com/api/biz/attachment/download?identity=x">下载</a></div>'
)
MASTER = (
    '<div>从网易邮箱大师发来的云附件</div><a href="https://dashi.163.com/html/cloud-attachment-download/?key=abc">申报书扫描件.pdf</a>'
    "<span>(15.2M, 2024年9月1日 12:00 到期)</span>"
)
EXMAIL = (
    '<div class="bigatt_bt" title="申报书.rar\n文件大小：60.5M\n到期时间：2024年09月02日 08:00">'
    '<a href="https://exmail.qq.com/cgi-bin/ftnExs_download?k=1&amp;t=exs_ftn_download&amp;code=2">下载</a></div>'
)
SINA = '<a href="http://mail.sina.com.cn/filecenter/download.php?id=abc">申报书.pdf</a> (30M) 到期时间：2024年8月30日'
MOBILE = '<a href="https://html5.mail.10086.cn/disk/download?key=abc">申报书.pdf</a> (30M) 2024年8月30日 到期'
TELECOM = '<a href="https://download.cloud.189.cn/file/downloadFile.action?dt=1&amp;expired=1725091199000">申报书.pdf</a>'
DRIVE = "链接：https://pan.baidu.com/s/1abc_DEF 提取码：a1b2"
M = 1024**2


@pytest.mark.parametrize(
    ("markup", "text", "expected"),
    [
        (
            NETEASE,
            "",
            ("申报书（盖章扫描）.pdf", round(80.96 * M), "2024年8月17日 0:49", "网易邮箱"),
        ),
        (
            NETEASE_PLAIN_ANCHOR,
            "",
            ("申报书（盖章扫描）.pdf", round(80.96 * M), "2024年8月17日 0:49", "网易邮箱"),
        ),
        (NETEASE_FOREVER, "", ("申报书（盖章扫描）.pdf", round(80.96 * M), "无限期", "网易邮箱")),
        (QQ, "", ("申报书 扫描.pdf", 128 * M, "2024年08月22日 17:33", "QQ邮箱")),
        ("", QQ_TEXT, ("申报书 扫描.pdf", round(128.03 * M), "2020年11月27日 21:59", "QQ邮箱")),
        (ENTERPRISE, "", ("申报书.zip", 0, "2024年8月4日 23:48", "网易企业邮箱")),
        (ENTERPRISE_HIDDEN, "", ("申报书.zip", 20 * M, "2024年08月04日 23:48", "网易企业邮箱")),
        (MASTER, "", ("申报书扫描件.pdf", round(15.2 * M), "2024年9月1日 12:00", "网易邮箱大师")),
        (EXMAIL, "", ("申报书.rar", round(60.5 * M), "2024年09月02日 08:00", "腾讯企业邮箱")),
        (SINA, "", ("申报书.pdf", 30 * M, "2024年8月30日", "新浪邮箱")),
        (MOBILE, "", ("申报书.pdf", 30 * M, "2024年8月30日", "139邮箱")),
        (TELECOM, "", ("申报书.pdf", 0, "2024年08月31日 15:59", "天翼云")),
        ("", DRIVE, ("", 0, "", "百度网盘")),
    ],
    ids=[
        "163",
        "163 by its anchor",
        "163 for ever",
        "QQ",
        "QQ in plain text",
        "网易企业",
        "网易企业, hidden",
        "邮箱大师",
        "Exmail",
        "Sina",
        "139",
        "189",
        "a drive in plain text",
    ],
)
def test_each_provider_s_link_gives_name_size_and_expiry(
    markup: str, text: str, expected: tuple[str, int, str, str]
) -> None:
    """In the shapes they really have."""
    (file,) = cloud_files(markup, text)

    assert (file.name, file.size, file.expires, file.provider) == expected


@pytest.mark.parametrize(
    ("link", "provider"),
    [
        ("https://pan.xunlei.com/s/VN1abc_A1?pwd=m75p", "迅雷云盘"),
        ("https://www.123pan.com/s/abcd-1234.html", "123云盘"),
        ("https://www.123684.com/s/abcd-1234", "123云盘"),
        ("https://115cdn.com/s/sw1abc?password=g2b0", "115网盘"),
        ("https://drive.uc.cn/s/8355afb5e73f4", "UC网盘"),
        ("https://caiyun.139.com/m/i?0u5CJabcdefgh", "移动云盘"),
        ("https://yun.139.com/shareweb/#/w/i/2abc", "移动云盘"),
        ("https://wwab.lanzouq.com/i1abc2def", "蓝奏云"),
        ("https://url12.ctfile.com/f/1234-5678-abc", "城通网盘"),
        ("https://cowtransfer.com/s/abc123", "奶牛快传"),
        ("https://www.wenshushu.cn/f/abc123", "文叔叔"),
        ("https://f.ws59.cn/f/abc123", "文叔叔"),
        ("https://www.jianguoyun.com/p/DabcQ", "坚果云"),
        ("https://pan.baidu.com/share/init?surl=abc", "百度网盘"),
        ("https://www.alipan.com/t/abcdefgh", "阿里云盘"),
        ("https://docs.qq.com/doc/DabcABC", "腾讯文档"),
        ("https://kdocs.cn/l/cabc123", "金山文档"),
        ("https://www.kdocs.cn/l/cabc123", "金山文档"),
        ("https://abc.feishu.cn/file/boxcnabc", "飞书文档"),
        ("https://alidocs.dingtalk.com/i/nodes/abc", "钉钉文档"),
        ("https://drive.weixin.qq.com/s?k=abc", "企业微信微盘"),
        ("https://1drv.ms/w/s!Abc", "OneDrive"),
        ("https://abc-my.sharepoint.cn/:w:/g/personal/abc", "OneDrive"),
        ("https://www.dropbox.com/scl/fi/abc/a.docx?dl=0", "Dropbox"),
        ("https://www.icloud.com/attachment/?u=https%3A%2F%2Fcvws", "iCloud"),
        ("https://box.abc.edu.cn/l/a1b2c3d4", "单位网盘"),
        ("https://mail.qq.com/cgi-bin/ftnExs_download?k=1", "QQ邮箱"),
        ("https://pan.wps.cn/l/sabc123", "WPS云盘"),
        ("pan.quark.cn/s/abc123", "夸克网盘"),
        ("https://files.example.cn/x/abc 提取码：a1b2", "网盘"),
    ],
)
def test_drives_and_documents_online_are_recognised(link: str, provider: str) -> None:
    """Also without a scheme, and with Chinese glued to the link; an unknown one by its code."""
    (file,) = cloud_files("", f"材料见{link}，请下载")

    assert file.provider == provider
    assert file.reason.startswith(f"这是{provider}的")
    assert file.link.isascii()


@pytest.mark.parametrize(
    "text",
    [
        "https://files.example.com/aa/bb，提取码为ab12", "https://files.example.com/aa/bb（密码：ab12）", "https://files.example.com/aa/bb\n访问码 ab12",
        "https://files.example.com/aa/bb 提取码【ab12】", "口令 ab12 https://files.example.com/aa/bb", "申报材料太大，放在网盘 https://files.example.com/aa/bb",
        "申报书下载链接：https://files.example.com/aa/bb", "[申报书.pdf](https://files.example.com/aa/bb)", "https://files.example.com/aa/bb.zip",
        "https：//pan.baidu.com/s/1AbC", "https : //pan.baidu.com/s/1AbC", "https://pan。baidu。com/s/1AbC", "ｈｔｔｐｓ：／／ｐａｎ．ｂａｉｄｕ．ｃｏｍ／ｓ／１ＡｂＣ",
        "https://mail.qq.com/cgi-bin/mail_spam?action=check&url=https%3A%2F%2Fpan.baidu.com%2Fs%2F1AbC", "https://nas.example.cn:5001/sharing/AbCd1234",
    ],
)  # fmt: skip
def test_a_link_is_known_by_the_words_around_it(text: str) -> None:
    """Whoever's drive it is, and however a person typed it."""
    (file,) = cloud_files("", f"您好，{text}")

    assert file.link.startswith("https://")
    assert not file.link.endswith(")")


@pytest.mark.parametrize(
    "link",
    [
        "https://docs.qq.com/s/AbCdEf-gh", "https://www.kdocs.cn/folder/cAb", "https://f.kdocs.cn/g/AbCd/", "https://abc.feishu.cn/wiki/AbCd",
        "https://abc.larkoffice.com/file/AbCd", "https://www.icloud.com.cn/iclouddrive/abc", "https://mail.126.com/cloud-attachment-download/?p=1",
        "https://qiye.aliyun.com/alimail/openLinks/downloadMimeMetaDetail?id=1", "https://webmail30.189.cn/w2/share/download?x=1",
        "https://mail.example.edu.cn/coremail/XT5/nf/download.jsp?share_link=1", "https://pan.example.edu.cn/#/link/ABCDEF", "https://share.note.youdao.com/ynoteshare/index.html?id=1",
        "https://pan.quark.cn/g/abc123", "https://qfile.qq.com/q/abcd1234", "https://pan.baidu.com/wap/init?surl=AbCdEf", "https://wss1.cn/f/abcd1234",
    ],
)  # fmt: skip
def test_a_known_place_needs_no_words(link: str) -> None:
    """Its address says enough."""
    (file,) = cloud_files("", f"见 {link}")

    assert file.provider != "网盘"


@pytest.mark.parametrize(
    "text",
    [
        "请登录 https://sys.example.cn/login 用户名 abc 密码 abc123", "会议 https://meeting.example.cn/dm/abcd 密码 1234", "公示见 https://www.example.cn/news/1.html",
        "通知附件下载地址：http://jyj.example.gov.cn/art/1.html", "材料链接 http://[bad/x", "https://www.yuque.com/",
    ],
)  # fmt: skip
def test_a_link_that_only_stands_there_is_no_file(text: str) -> None:
    """A system's login, a meeting, a page of news, an office's own page."""
    assert cloud_files("", text) == ()


def test_an_attached_note_or_shortcut_is_the_link_in_it() -> None:
    """链接.txt, .url of Windows, .webloc of macOS, .gdoc of Google."""
    note = link_in_file(
        "链接.txt", "链接：https://pan.baidu.com/s/1abc 提取码 ab12".encode("gb18030")
    )
    shortcut = link_in_file(
        "申报书.url", b"[InternetShortcut]\r\nURL=https://x.example.cn/a?b=1\r\n"
    )

    assert note is not None
    assert note.provider == "百度网盘"
    assert shortcut is not None
    assert shortcut.link == "https://x.example.cn/a?b=1"
    assert shortcut.reason.startswith("这是网页快捷方式, 不是文件本身")
    assert link_in_file("说明.txt", b"see https://x.example.cn/a") is None
    assert link_in_file("空.url", b"[InternetShortcut]") is None
    assert link_in_file("大.txt", b"https://pan.baidu.com/s/1abc " * 9_000) is None


def test_the_names_of_ordinary_attachments_listed_above_are_not_taken() -> None:
    """A person lists the enclosures before the provider's block follows."""
    (file,) = cloud_files(
        "<p>1. 汇总表.docx</p><p>2. 汇总表扫描.pdf</p>" + NETEASE_PLAIN_ANCHOR, ""
    )

    assert file.name == "申报书（盖章扫描）.pdf"


def test_two_files_are_told_apart() -> None:
    """Each link with its own words."""
    other = (
        NETEASE.replace("file=abc", "file=def")
        .replace("申报书", "汇总表")
        .replace("80.96M", "1.5G")
    )

    first, second = cloud_files(NETEASE + other, "")

    assert (first.name, second.name) == ("申报书（盖章扫描）.pdf", "汇总表（盖章扫描）.pdf")
    assert second.size == round(1.5 * 1024**3)


def test_the_same_link_in_html_and_text_is_one_file() -> None:
    """Both alternatives of one mail."""
    assert (
        len(
            cloud_files(
                NETEASE,
                "https://mail.163.com/large-attachment-download/index.html?file=abc",
            )
        )
        == 1
    )


@pytest.mark.parametrize(
    "link",
    [
        "https://mail.163.com.evil.example/large-attachment-download/x",
        "https://evil.example/mail.163.com/large-attachment-download/x",
        "https://mail.163.com/other",
        "https://pan.baidu.com.evil.example/s/1abc",
        "https://pan.baidu.com/",
        "https://docs.qq.com/form/page/abc",
        "http://www.moe.gov.cn/d/notice.html",
        "https://www.feishu.cn/",
        "https://www.example.cn/a.pdf",
        "http://[bad/large-attachment-download/",
    ],
)
def test_other_links_are_no_cloud_attachments(link: str) -> None:
    """Hosts are compared whole."""
    assert cloud_files(f'<a href="{link}">a.pdf</a>', link) == ()


def test_a_provider_s_heading_without_a_known_link_still_counts() -> None:
    """The link's shape changes faster than the words."""
    (file,) = cloud_files("", "从网易邮箱大师发来的超大附件\n申报书.pdf")

    assert file.provider == "发件邮箱"


def test_the_reason_asks_for_an_ordinary_attachment() -> None:
    """In words an applicant understands."""
    file = CloudFile("a.pdf", 1, "2024年8月17日 0:49", "QQ邮箱", "x")

    assert (
        file.reason
        == "这是QQ邮箱的超大附件链接, 2024年8月17日 0:49到期, 不是文件本身; 系统不下载链接, 请作为普通附件重新发送"
    )


@pytest.mark.parametrize(
    "text",
    [
        "https://mail.163.com/large-attachment-download/?f=1 " * 8_000,
        "a" * 500_000,
        "(" * 500_000,
        "<" * 500_000,
        "1" * 500_000,
        "https://" * 60_000,
    ],
)
def test_hostile_text_takes_no_time(text: str) -> None:
    """At most 50 links, windows of 600 characters."""
    start = time.monotonic()

    assert len(cloud_files(text, text)) <= 50
    assert time.monotonic() - start < 5
