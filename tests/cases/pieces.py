"""Archives that came in several files of one mail, all of them or not."""

from __future__ import annotations

from tests.cases import claims as it
from tests.cases.case import Case
from tests.cases.locked import aes_zip
from tests.cases.made import (
    FORM,
    attached,
    mail,
    mail_of_files,
    part,
    sample_files,
    words,
    zone_form,
)
from tests.parts.containers import seven_zip, zip_of
from tests.parts.volumes import cut, named, rar4_volumes, rar5_volumes, zip_disks

INSIDE = {FORM: zone_form(), "说明.docx": zone_form(联系人="麦玉清")}
WHOLE = (
    it.part(FORM, "docx", "document"),
    it.documents(2, "附件1"),
    it.unsaid("由人工查看", "打不开", "没有附件"),
)
NOT_ALL = (
    it.staff(),
    it.said("分卷压缩包“材料"),
    it.said("同一封邮件"),
    it.unsaid("损坏", "没有附件"),
)


def _sample() -> dict[str, bytes]:
    return dict(sample_files("01"))


def _attached(files: dict[str, bytes]) -> list[bytes]:
    return [attached(name, data) for name, data in files.items()]


def _disks(disks: tuple[bytes, ...]) -> dict[str, bytes]:
    last = len(disks)
    return named(disks, lambda at: "材料.zip" if at == last else f"材料.z{at:02}")


CASES = (
    Case(
        "all-of-a-cut-zip.eml",
        lambda: mail_of_files(named(cut(zip_of(INSIDE), 3), "材料.zip.{:03}".format)),
        WHOLE,
    ),
    Case(
        "all-of-a-cut-7z-the-last-first.eml",
        lambda: mail_of_files(
            dict(reversed(named(cut(seven_zip(INSIDE), 2), "材料.7z.{:03}".format).items()))
        ),
        WHOLE,
    ),
    Case(
        "all-of-a-cut-locked-zip.eml",
        lambda: mail(
            words("材料见附件，解压密码：Zh@2024。"),
            *_attached(named(cut(aes_zip("Zh@2024"), 2), "材料.zip.{:03}".format)),
        ),
        (it.part(FORM, "docx", "document"),),
    ),
    Case(
        "all-disks-of-a-zip.eml",
        lambda: mail_of_files(_disks(zip_disks(INSIDE, 9000))),
        WHOLE,
    ),
    Case(
        "all-volumes-of-rar5.eml",
        lambda: mail_of_files(named(rar5_volumes(INSIDE, 7000), "材料.part{}.rar".format)),
        WHOLE,
    ),
    Case(
        "all-volumes-of-rar4.eml",
        lambda: mail_of_files(named(rar4_volumes(INSIDE, 7000), "材料.part{:02}.rar".format)),
        WHOLE,
    ),
    Case(
        "all-volumes-of-rar3-by-their-old-names.eml",
        lambda: mail_of_files(
            named(
                rar4_volumes(INSIDE, 9000),
                lambda at: f"材料.r{at - 2:02}" if at > 1 else "材料.rar",
            )
        ),
        WHOLE,
    ),
    Case(
        "a-whole-application-in-pieces.eml",
        lambda: mail_of_files(named(cut(zip_of(_sample()), 4), "材料.zip.{:03}".format)),
        (it.verdict("accepted"),),
        why="the mailbox takes files of 50 MB at most",
    ),
    Case(
        "pieces-in-a-forwarded-mail.eml",
        lambda: mail(
            words("转发"),
            part(
                ("Content-Type: message/rfc822",),
                mail_of_files(named(cut(zip_of(INSIDE), 2), "材料.zip.{:03}".format)),
            ),
        ),
        WHOLE,
    ),
    Case(
        "two-archives-called-parts.eml",
        lambda: mail_of_files(
            {"材料.part1.rar": zip_of({FORM: zone_form()}), "材料.part2.rar": zip_of(INSIDE)}
        ),
        (it.documents(3, "附件1"), it.unsaid("由人工查看", "分卷")),
        why="each is whole by itself",
    ),
    Case(
        "first-piece-alone.eml",
        lambda: mail_of_files({"材料.zip.001": cut(zip_of(INSIDE), 3)[0]}),
        NOT_ALL,
    ),
    Case(
        "last-piece-alone.eml",
        lambda: mail_of_files({"材料.7z.003": cut(seven_zip(INSIDE), 3)[2]}),
        NOT_ALL,
    ),
    Case(
        "a-piece-missing-in-between.eml",
        lambda: mail_of_files(
            dict(list(named(rar5_volumes(INSIDE, 7000), "材料.part{}.rar".format).items())[::2])
        ),
        (*NOT_ALL, it.said("缺第2卷")),
    ),
    Case(
        "the-last-piece-missing.eml",
        lambda: mail_of_files(
            dict(list(named(cut(zip_of(INSIDE), 3), "材料.zip.{:03}".format).items())[:2])
        ),
        NOT_ALL,
    ),
    Case(
        "the-last-disk-alone.eml",
        lambda: mail_of_files({"材料.zip": zip_disks(INSIDE, 9000)[-1]}),
        (it.staff(), it.said("分卷压缩包"), it.unsaid("没有附件")),
    ),
    Case(
        "volumes-with-locked-names.eml",
        lambda: mail_of_files(
            named(rar5_volumes(INSIDE, 7000, locked=True), "材料.part{}.rar".format)
        ),
        (it.said("密码"), it.never("accepted"), it.unsaid("没有附件", "损坏")),
        why="whose names are locked, too: WinRAR asks for the password before it shows anything",
    ),
    Case(
        "a-volume-beside-the-papers.eml",
        lambda: mail_of_files({**_sample(), "材料.part2.rar": rar5_volumes(INSIDE, 7000)[1]}),
        (it.never("accepted"), it.said("分卷压缩包")),
        why="what is in the piece nobody knows",
    ),
)
