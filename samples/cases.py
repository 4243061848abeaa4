"""The sample mails: who sends what, when it arrives, and what the program is expected to make of
it.

Every case stands alone (another 师市 or another track), except 09/10, 11/12, 18/19 and 23/24, which
belong together, 04/29 too, and 25, which pretends to be the sender of 07.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

from samples import applicants as who
from samples.arrivals import (
    ACCEPTED,
    INCOMPLETE,
    NONE,
    NOTED,
    RECEIVED,
    REFERRED,
    REJECTED,
    Arrival,
    Sample,
    any_post,
    at,
    bureau_post,
    desk,
    sample_of,
    school_entries,
    school_post,
    zone_entry,
)
from samples.package import (
    Package,
    gbk_zip,
    school_package,
    zone_ofd,
    zone_package,
    zone_pages,
)
from samples.pdf import pictures_pdf
from samples.post import Bounce, File, Program, token, write_bounce
from samples.scan import Scanner
from samples.unusual import enclosed_ticks, photograph


def case_01() -> Iterator[Sample]:
    """A bureau's complete application."""
    bureau, received = who.THIRD, at(20, 11, 2, 13)
    files = zone_package(
        bureau,
        desk(1, 19, 0, Scanner(1, dpi=120, quality=50, skew=0.5)),
        ("99.2%", "98.7%"),
    ).files
    body = "现报送我师兵团首批智慧教育示范区申报书和汇总表，Word版与盖章扫描件一并发送，请查收。"
    post = bureau_post(
        Arrival("01", Program.COREMAIL, received),
        bureau,
        "第三师图木舒克市教育局智慧教育示范区申报材料",
        body,
        files,
    )
    yield sample_of(
        "zone-complete",
        post,
        "师市教育局报送的示范区材料，申报书和汇总表的Word与盖章扫描件齐全",
        ACCEPTED,
        zone_entry(bureau, ACCEPTED),
    )


def case_02() -> Iterator[Sample]:
    """A bureau's batch of three schools."""
    bureau, schools, received = who.EIGHTH, (who.CHENXI, who.JINSUI, who.QIHANG), at(23, 17, 48, 5)
    files = school_package(
        schools,
        bureau,
        desk(2, 22, 0, Scanner(2, dpi=100, quality=42, skew=-0.5)),
    ).files
    body = "经遴选审核并公示，我师推荐三所学校申报兵团首批智慧教育示范校，材料见附件。"
    post = bureau_post(
        Arrival("02", Program.QQ, received),
        bureau,
        "第八师石河子市教育局报送智慧教育示范校申报材料（3所）",
        body,
        files,
    )
    yield sample_of(
        "batch-of-three",
        post,
        "师市教育局统一报送三所学校，附一张汇总表，材料齐全",
        ACCEPTED,
        school_entries(ACCEPTED, *schools),
    )


def case_03() -> Iterator[Sample]:
    """Word files only."""
    bureau, received = who.FIFTH, at(21, 12, 30, 41)
    files = school_package((who.LANHE,), bureau, desk(3, 20, 1)).words
    body = "现报送双河市兰河小学智慧教育示范校申报书及汇总表，请审阅。"
    post = bureau_post(
        Arrival("03", Program.FOXMAIL, received), bureau, "双河市示范校申报", body, files
    )
    what = "只有可编辑的Word，没有打印盖章后的扫描PDF"
    yield sample_of(
        "word-without-scan",
        post,
        what,
        INCOMPLETE,
        school_entries(INCOMPLETE, who.LANHE),
        mentions=("扫描",),
    )


def case_04() -> Iterator[Sample]:
    """PDF files saved from Word instead of scanned."""
    bureau, received = who.SEVENTH, at(22, 10, 15, 30)
    files = zone_package(bureau, desk(4, 21, 0, exported=True), ("98.9%", "99.0%")).files
    body = "我局智慧教育示范区申报材料Word和PDF两种格式已备齐，现发送给贵局。"
    post = bureau_post(
        Arrival("04", Program.OUTLOOK, received),
        bureau,
        "第七师胡杨河市智慧教育示范区申报书、汇总表",
        body,
        files,
    )
    what = "PDF是由Word直接另存的，没有打印、盖章、扫描"
    yield sample_of(
        "exported-pdf", post, what, INCOMPLETE, zone_entry(bureau, INCOMPLETE), mentions=("扫描",)
    )


def case_05() -> Iterator[Sample]:
    """Printed and scanned, but not stamped."""
    bureau, received = who.FOURTH, at(22, 16, 5, 2)
    scanner = Scanner(5, dpi=110, quality=46, skew=-0.3, seals=False)
    files = zone_package(bureau, desk(5, 22, 2, scanner), ("98.4%", "98.1%")).files
    body = "按照通知要求，现将我师示范区申报材料发给你们，收到请回复。"
    post = bureau_post(
        Arrival("05", Program.COREMAIL, received), bureau, "可克达拉市教育局示范区申报", body, files
    )
    yield sample_of(
        "scan-without-seal",
        post,
        "扫描件上没有公章",
        INCOMPLETE,
        zone_entry(bureau, INCOMPLETE),
        mentions=("盖章",),
    )


def case_06() -> Iterator[Sample]:
    """A rate below 98 %."""
    bureau, received = who.TENTH, at(26, 18, 22, 57)
    files = zone_package(bureau, desk(6, 26, 1), ("97.6%", "98.9%")).files
    body = "我师经公示无异议，申报兵团智慧教育示范区，材料附后。"
    post = bureau_post(
        Arrival("06", Program.FOXMAIL, received),
        bureau,
        "第十师北屯市教育局申报智慧教育示范区",
        body,
        files,
    )
    what = "材料齐全，但教师账号开通率97.6%，未达到98%"
    yield sample_of(
        "rate-below-98", post, what, REJECTED, zone_entry(bureau, REJECTED), mentions=("开通率",)
    )


def case_07() -> Iterator[Sample]:
    """Exactly 98 %, written in two ways."""
    bureau, received = who.SECOND, at(27, 11, 40, 19)
    files = zone_package(bureau, desk(7, 26, 2), ("98%", "98.0%")).files
    body = "现报送示范区申报书、汇总表各一份（Word与盖章扫描PDF）。"
    post = bureau_post(
        Arrival("07", Program.QQ, received),
        bureau,
        "第二师铁门关市教育局 智慧教育示范区申报材料",
        body,
        files,
    )
    what = "教师、学生账号开通率恰为98%和98.0%，材料齐全"
    yield sample_of("rate-exactly-98", post, what, ACCEPTED, zone_entry(bureau, ACCEPTED))


def case_08() -> Iterator[Sample]:
    """A school that does not go through its bureau."""
    school, received = who.HONGLIU, at(24, 13, 9, 44)
    files = school_package((school,), None, desk(8, 23, 0)).files
    body = "我校申报兵团首批智慧教育示范校，申报书和汇总表请查收，盼复。"
    post = school_post(
        Arrival("08", Program.QQ, received), school, "五家渠市红柳中学示范校申报", body, files
    )
    what = "学校没有经过师市教育局，自己发来了申报材料"
    yield sample_of(
        "school-directly",
        post,
        what,
        INCOMPLETE,
        school_entries(INCOMPLETE, school),
        mentions=("师市教育局",),
    )


def case_09_10() -> Iterator[Sample]:
    """A first mail without the summary's scan, and days later the supplement as a reply to it."""
    bureau, school = who.NINTH, who.BAIHUA
    package = school_package((school,), bureau, desk(9, 19, 0))
    subject = "第九师白杨市教育局报送白桦九年一贯制学校示范校申报材料"
    application = package.applications[0]
    files = (application.word, application.scan, package.summary.word)
    first = bureau_post(
        Arrival("09", Program.COREMAIL, at(20, 18, 33, 8)),
        bureau,
        subject,
        "现报送我师推荐学校的申报材料，请查收。",
        files,
    )
    what = "缺汇总表的盖章扫描件，其余齐全"
    yield sample_of(
        "summary-scan-missing",
        first,
        what,
        INCOMPLETE,
        school_entries(INCOMPLETE, school),
        mentions=("汇总表", "扫描"),
    )
    text = (
        f"您好：\n    汇总表盖章扫描件前次漏发，现予补报，见附件。\n\n{bureau.name}\n{bureau.clerk.name}  {bureau.clerk.telephone}\n\n"
        f"------------------ 原始邮件 ------------------\n发件人: {bureau.name} <{bureau.clerk.address}>\n主题: {subject}\n\n> 现报送我师推荐学校的申报材料，请查收。"
    )
    arrival = Arrival("10", Program.COREMAIL, at(26, 10, 51, 36))
    reply = any_post(
        arrival,
        bureau.name,
        bureau.clerk.address,
        (f"Re: {subject}", text),
        (package.summary.scan,),
    )
    second = replace(reply, answers=first.message_id)
    what = "作为对09的回复补来汇总表的盖章扫描件，至此齐全"
    yield sample_of("supplement-as-reply", second, what, ACCEPTED, school_entries(ACCEPTED, school))


def case_11_12() -> Iterator[Sample]:
    """An application, and a week later its corrected version."""
    bureau, rates = who.THIRTEENTH, ("99.5%", "99.1%")
    old = zone_package(bureau, desk(11, 20, 2), rates, telephone="0902-4620131").files
    body = "现报送我师智慧教育示范区申报材料。"
    first = bureau_post(
        Arrival("11", Program.FOXMAIL, at(21, 9, 58, 12)),
        bureau,
        "第十三师新星市智慧教育示范区申报材料",
        body,
        old,
    )
    yield sample_of(
        "first-version",
        first,
        "齐全的第一版，联系电话写错了",
        ACCEPTED,
        zone_entry(bureau, ACCEPTED),
    )
    new = zone_package(bureau, desk(12, 28, 2), rates).files
    body = "前次所报材料中联系电话有误，现将更正后的全套材料重新报送，请以本次为准。"
    second = bureau_post(
        Arrival("12", Program.FOXMAIL, at(28, 17, 20, 45)),
        bureau,
        "第十三师新星市智慧教育示范区申报材料（更正版）",
        body,
        new,
    )
    yield sample_of(
        "newer-version",
        second,
        "更正联系电话后的全套材料，取代11",
        ACCEPTED,
        zone_entry(bureau, ACCEPTED),
    )


def case_13() -> Iterator[Sample]:
    """Late by the server's clock, in time by its own Date header."""
    bureau, received = who.FOURTEENTH, at(1, 9, 16, 40, month=9)
    files = zone_package(bureau, desk(13, 30, 0), ("98.6%", "98.3%")).files
    post = bureau_post(
        Arrival("13", Program.OUTLOOK, received),
        bureau,
        "第十四师昆玉市教育局示范区申报材料",
        "现报送示范区申报材料，请查收。",
        files,
    )
    claimed = replace(post, sent=at(31, 22, 47, 3))
    what = "Date自称8月31日22:47，服务器9月1日9:16才收到，已过截止时间"
    yield sample_of(
        "after-deadline", claimed, what, REJECTED, zone_entry(bureau, REJECTED), mentions=("截止",)
    )


def case_14() -> Iterator[Sample]:
    """Everything in one zip with GBK names."""
    bureau, school, received = who.FIRST, who.TALIMU, at(28, 12, 11, 27)
    place = desk(14, 27, 1)
    packed = gbk_zip(
        school_package((school,), bureau, place).files, "阿拉尔市示范校申报材料", place.at(18, 2)
    )
    files = (File("第一师阿拉尔市示范校申报材料.zip", packed),)
    body = "我师推荐的示范校申报材料已打包，见压缩包。"
    post = bureau_post(
        Arrival("14", Program.THUNDERBIRD, received),
        bureau,
        "第一师阿拉尔市教育局示范校申报材料",
        body,
        files,
    )
    what = "材料齐全，全部在一个压缩包里，包内文件名为GBK编码"
    yield sample_of("gbk-zip", post, what, ACCEPTED, school_entries(ACCEPTED, school))


def case_15() -> Iterator[Sample]:
    """A question."""
    bureau, received = who.ELEVENTH, at(12, 16, 27, 50)
    text = f"老师您好！请问示范校的推荐名额是否有限制？一个师可以推荐几所学校？盼复，谢谢！\n\n{bureau.name}\n{bureau.clerk.name}\n{bureau.clerk.telephone}"
    words = ("关于示范校推荐名额的咨询", text)
    post = any_post(
        Arrival("15", Program.QQ, received),
        bureau.clerk.name,
        bureau.clerk.address,
        words,
    )
    yield sample_of("question", post, "只是咨询，没有附件", RECEIVED)


def case_16() -> Iterator[Sample]:
    """An out-of-office reply to one of our letters."""
    bureau, received = who.SIXTH, at(22, 20, 1, 33)
    text = f"您好！本人8月22日至26日外出培训，期间不能及时查看邮件，急事请致电{bureau.clerk.telephone}。\n{bureau.clerk.name}"
    words = ("自动回复: 智慧教育示范区申报材料收到回执", text)
    post = any_post(
        Arrival("16", Program.COREMAIL, received),
        bureau.clerk.name,
        bureau.clerk.address,
        words,
    )
    marks = ("Auto-Submitted: auto-replied", "X-Autoreply: yes", "Precedence: bulk")
    automatic = replace(post, answers="<receipt.20240822.0016@example.cn>", extra=marks)
    yield sample_of("out-of-office", automatic, "外出自动回复，不能再答", NONE)


def case_17() -> Iterator[Sample]:
    """A bounce of one of our letters."""
    received = at(23, 9, 30, 4)
    bounce = Bounce(
        "17",
        "example.net",
        "lxr_sample@example.net",
        "<receipt.20240823.0017@example.cn>",
        "收到回执：智慧教育示范校申报材料",
        received,
    )
    yield Sample(
        "17",
        "mails/17-bounce.eml",
        received,
        "我方信函的退信，不能再答",
        NONE,
        write_bounce(bounce),
    )


def case_18_19() -> Iterator[Sample]:
    """One mail that reaches the mailbox twice."""
    bureau, received = who.TWELFTH, at(29, 15, 36, 21)
    files = zone_package(bureau, desk(18, 28, 0), ("100%", "99.6%")).files
    body = "现报送我师智慧教育示范区申报书和汇总表，请予审核。"
    post = bureau_post(
        Arrival("18", Program.THUNDERBIRD, received),
        bureau,
        "第十二师教育局智慧教育示范区申报材料",
        body,
        files,
    )
    first = sample_of("delivered-twice", post, "材料齐全", ACCEPTED, zone_entry(bureau, ACCEPTED))
    yield first
    yield Sample(
        "19",
        first.file,
        received + timedelta(minutes=6, seconds=12),
        "18的同一封邮件又投递了一次，字节完全相同，不再答复",
        NONE,
        None,
    )


def case_20() -> Iterator[Sample]:
    """A stamped page scanned in grey."""
    bureau, received = who.ELEVENTH, at(29, 11, 47, 59)
    scanner = Scanner(20, dpi=120, quality=50, skew=0.6, grey=True)
    files = zone_package(bureau, desk(20, 28, 1, scanner), ("98.8%", "98.5%")).files
    post = bureau_post(
        Arrival("20", Program.COREMAIL, received),
        bureau,
        "第十一师教育局示范区申报材料",
        "材料已盖章扫描，请查收。",
        files,
    )
    what = "盖了章，但扫描成了灰度，看不出是不是红色公章，须由人看"
    yield sample_of(
        "grey-scan", post, what, REFERRED, zone_entry(bureau, REFERRED), mentions=("章",)
    )


_CLOUD = (
    '<div id="divNeteaseBigAttach" style="clear:both;margin-top:10px"><div style="font-weight:bold">从网易163邮箱发来的超大附件</div>'
    '<div><a href="https://mail.163.com/large-attachment-download/index.html?file={key}" download="{name}">{name}</a>'
    '<span style="color:#bbb"> (86.31M, 2024年9月14日 10:05 到期)</span></div></div>'
)


def case_21() -> Iterator[Sample]:
    """One of the scans is only a link to the provider's cloud."""
    bureau, received = who.SIXTH, at(30, 10, 5, 18)
    package: Package = zone_package(bureau, desk(21, 29, 0), ("99.0%", "98.2%"))
    name = package.applications[0].scan.name
    files = (package.applications[0].word, package.summary.word, package.summary.scan)
    body = "申报书扫描件较大，以超大附件发送，其余见普通附件。"
    post = bureau_post(
        Arrival("21", Program.COREMAIL, received),
        bureau,
        "第六师五家渠市教育局示范区申报材料",
        body,
        files,
    )
    linked = replace(post, html_tail=_CLOUD.format(key=token("21", "cloud", 32), name=name))
    what = "申报书的盖章扫描件是163超大附件链接，不是文件"
    yield sample_of(
        "cloud-link",
        linked,
        what,
        INCOMPLETE,
        zone_entry(bureau, INCOMPLETE),
        mentions=("超大附件",),
    )


def case_22() -> Iterator[Sample]:
    """A school directly under the authority, which may submit for itself."""
    school, received = who.DIRECT, at(30, 17, 59, 30)
    files = school_package((school,), None, desk(22, 29, 2)).files
    body = "我校为兵团直属学校，现直接报送示范校申报书和汇总表，请查收。"
    post = school_post(
        Arrival("22", Program.OUTLOOK, received),
        school,
        "兵团第二中学智慧教育示范校申报材料",
        body,
        files,
    )
    yield sample_of(
        "direct-school",
        post,
        "直属学校自行报送，材料齐全",
        ACCEPTED,
        school_entries(ACCEPTED, school),
    )


def case_23_24() -> Iterator[Sample]:
    """A case that lives long: Word first, then scans in grey, which a clerk has to look at."""
    bureau, rates, subject = who.FIFTH, ("98.3%", "99.4%"), "第五师双河市智慧教育示范区申报材料"
    scanner = Scanner(23, dpi=110, quality=48, skew=-0.4, grey=True)
    package = zone_package(bureau, desk(23, 26, 0, scanner), rates)
    first = bureau_post(
        Arrival("23", Program.COREMAIL, at(26, 9, 41, 17)),
        bureau,
        subject,
        "先将申报书和汇总表的Word版发来，盖章扫描件随后补报。",
        package.words,
    )
    what = "先发来Word，盖章扫描件还没有"
    yield sample_of(
        "word-first",
        first,
        what,
        INCOMPLETE,
        zone_entry(bureau, INCOMPLETE),
        mentions=("扫描",),
    )
    second = bureau_post(
        Arrival("24", Program.COREMAIL, at(28, 16, 12, 3)),
        bureau,
        f"Re: {subject}",
        "盖章扫描件见附件。",
        tuple(pair.scan for pair in (*package.applications, package.summary)),
    )
    what = "补来的扫描件是灰度的，须由人看；次日经办人看过，受理"
    yield sample_of(
        "grey-scans-follow",
        replace(second, answers=first.message_id),
        what,
        REFERRED,
        zone_entry(bureau, REFERRED),
        mentions=("章",),
    )


def case_25() -> Iterator[Sample]:
    """A stranger under the name of a bureau whose case is accepted."""
    bureau, received = who.SECOND, at(29, 20, 48, 6)
    package = zone_package(bureau, desk(25, 29, 1), ("91%", "90%"), telephone="0996-4629999")
    post = any_post(
        Arrival("25", Program.QQ, received),
        bureau.name,
        "tmg_shenbao@example.net",
        ("第二师铁门关市示范区申报材料更正", f"以本次为准。\n\n{bureau.name}"),
        package.words[:1],
    )
    what = "陌生地址用07的单位名称另寄一份不合格的Word：案卷不动，另函告知真单位"
    yield sample_of("impostor", post, what, NOTED)


def case_26() -> Iterator[Sample]:
    """An office that scans everything it has stamped into one file."""
    bureau, rates = who.FIRST, ("98.8%", "99.1%")
    paper = desk(26, 23, 1)
    pages = zone_pages(bureau, paper, rates)
    together = pictures_pdf((*pages.application, *pages.summary), paper.at(16, 48))
    files = (
        *zone_package(bureau, paper, rates).words,
        File(f"{bureau.name}申报材料（盖章扫描）.pdf", together),
    )
    post = bureau_post(
        Arrival("26", Program.COREMAIL, at(24, 10, 7, 31)),
        bureau,
        "第一师阿拉尔市智慧教育示范区申报材料",
        "申报书、汇总表的Word版和盖章扫描件见附件，扫描件合并为一个文件。",
        files,
    )
    what = "申报书和汇总表盖章后扫描在同一个PDF里"
    yield sample_of("two-forms-in-one-scan", post, what, ACCEPTED, zone_entry(bureau, ACCEPTED))


def case_27() -> Iterator[Sample]:
    """Photographs instead of a scan."""
    bureau, rates = who.NINTH, ("99.2%", "98.6%")
    paper = desk(27, 26, 0, Scanner(27, dpi=120, quality=60, skew=0.3))
    package = zone_package(bureau, paper, rates)
    photographs = (
        File(f"IMG_20240826_1702{second}.jpg", photograph(page))
        for second, page in zip(
            ("11", "24", "39"), zone_pages(bureau, paper, rates).application, strict=True
        )
    )
    files = (*package.words, package.summary.scan, *photographs)
    post = bureau_post(
        Arrival("27", Program.QQ, at(26, 17, 21, 8)),
        bureau,
        "第九师白杨市智慧教育示范区申报材料",
        "申报书已盖章，因扫描仪故障拍照发送。",
        files,
    )
    what = "申报书的盖章件是三张手机照片"
    yield sample_of("photographs", post, what, ACCEPTED, zone_entry(bureau, ACCEPTED))


def case_28() -> Iterator[Sample]:
    """A Word file by WPS with enclosed ticks."""
    bureau = who.EIGHTH
    package = zone_package(bureau, desk(28, 27, 2), ("99.0%", "99.3%"))
    form, table = package.applications[0], package.summary
    files = (
        File(form.word.name, enclosed_ticks(form.word.data)),
        form.scan,
        table.word,
        table.scan,
    )
    post = bureau_post(
        Arrival("28", Program.FOXMAIL, at(27, 16, 40, 52)),
        bureau,
        "第八师石河子市智慧教育示范区申报材料",
        "我局申报材料见附件，请审阅。",
        files,
    )
    what = "申报书用WPS填写，勾选用的是带圈字符"
    yield sample_of("enclosed-ticks", post, what, ACCEPTED, zone_entry(bureau, ACCEPTED))


def case_29() -> Iterator[Sample]:
    """An OFD file where a scan was asked for."""
    bureau = who.SEVENTH
    paper = desk(29, 25, 0)
    files = (
        File(
            "第七师胡杨河市教育局智慧教育示范区申报书.ofd",
            zone_ofd(bureau, paper, ("98.9%", "99.0%")),
        ),
    )
    post = bureau_post(
        Arrival("29", Program.OUTLOOK, at(25, 11, 5, 44)),
        bureau,
        "Re: 第七师胡杨河市智慧教育示范区申报书、汇总表",
        "补报申报书的版式文件。",
        files,
    )
    what = "04要求补扫描件，补来的是没有盖章的OFD"
    yield sample_of(
        "ofd", post, what, INCOMPLETE, zone_entry(bureau, INCOMPLETE), mentions=("扫描",)
    )


CASES: tuple[Callable[[], Iterator[Sample]], ...] = (
    case_01,
    case_02,
    case_03,
    case_04,
    case_05,
    case_06,
    case_07,
    case_08,
    case_09_10,
    case_11_12,
    case_13,
    case_14,
    case_15,
    case_16,
    case_17,
    case_18_19,
    case_20,
    case_21,
    case_22,
    case_23_24,
    case_25,
    case_26,
    case_27,
    case_28,
    case_29,
)


def all_samples() -> list[Sample]:
    """Every sample in the order of its number. Raises MissingFontError."""
    return [sample for case in CASES for sample in case()]
