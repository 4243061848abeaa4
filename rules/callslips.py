"""What in a ``call.yaml`` does not fit together although its shape is right: tree and call in,
slips with their places out.

Asked of files before they go in force, never of those that were taken up long ago. Blank forms,
certificates and templates lie in files of their own and are the shell's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import chain

from rules.call import APPLICANT_NAME, OTHER_SENDER, Call, Form, Quota, Role, Track
from rules.errors import Position, RuleFileError
from rules.labels import label_key
from rules.subjects import SubjectField, SubjectKind
from rules.vocabulary import (
    TEXTUAL,
    Field,
    FieldType,
    counts_in_ten_thousands,
    normalise,
    parse_email,
    parse_telephone,
)
from rules.yaml_text import Mapping, Sequence, Text, Tree

COUNT_OF = {FieldType.CHOICES: "项数", FieldType.LONG_TEXT: "字数"}
"""How the program's own field beside every tick list and long text ends."""
_CODE = re.compile(r"[A-Z]{1,4}")
_NAME = re.compile(r"[^\s.{}、,，:：]{1,30}")
_OWN = (SubjectField.ID, SubjectField.TRACK, SubjectField.EDITABLE)
_RESERVED: dict[Role | SubjectKind, tuple[SubjectField, ...]] = {
    Role.APPLICATION: _OWN,
    Role.SUMMARY: _OWN,
    Role.OTHER: (*_OWN, SubjectField.BELONGS_TO),
    SubjectKind.ROW: (SubjectField.ID, SubjectField.TRACK),
}

Slips = Iterator[RuleFileError]


def slips_of(call: Call, tree: Tree) -> list[RuleFileError]:
    """Everything in ``call``, which was read from ``tree``, that would fail an office later."""
    return list(
        chain(
            _dates(call, tree),
            _contact(call, tree),
            _tracks(call, tree),
            _forms(call, tree),
            _shared_fields(call, tree),
            _units(call, tree),
            _words(call, tree),
        )
    )


def _at(tree: Tree, *path: str | int) -> Position:
    """Where the thing at ``path`` stands; of what is not written, where it is missing."""
    for step in path:
        inner: Tree | None = None
        if isinstance(tree, Mapping) and isinstance(step, str):
            inner = tree.get(Text(step))
        elif isinstance(tree, Sequence) and isinstance(step, int):
            inner = tree[step]
        if inner is None:
            break
        tree = inner
    return tree.position


def _doubles(words: Iterable[tuple[str, Position]]) -> Iterator[tuple[str, Position]]:
    """Those that were met before."""
    seen: set[str] = set()
    for word, place in words:
        if word in seen:
            yield word, place
        seen.add(word)


# --- dates, contact -------------------------------------------------------------------------------


def _dates(call: Call, tree: Tree) -> Slips:
    first = call.deadline if call.extension is None else call.extension.first
    if first <= call.published:
        yield RuleFileError(
            "“截止”不晚于“发布”", _at(tree, "截止"), "检查年份, 看两个日期是不是写反了", "C101"
        )
    if call.extension is not None and call.deadline <= call.extension.first:
        place = _at(tree, "延期", "截止")
        yield RuleFileError("“延期”不晚于原来的“截止”", place, "写延长以后的时间, 检查年份", "C101")


def _contact(call: Call, tree: Tree) -> Slips:
    if parse_telephone(call.contact.telephone) is None:
        place = _at(tree, "联系", "电话")
        yield RuleFileError(
            f"“{call.contact.telephone}”不是电话号码", place, "写区号, 例如 0991-8878035", "C102"
        )
    if not _address(call.contact.mailbox):
        place = _at(tree, "联系", "邮箱")
        yield RuleFileError(
            f"“{call.contact.mailbox}”不是邮箱地址", place, "例如 bangongshi@example.org", "C103"
        )


def _address(text: str) -> bool:
    return parse_email(text) == text.strip().lower()


# --- tracks ---------------------------------------------------------------------------------------


def _tracks(call: Call, tree: Tree) -> Slips:
    names = [track.name for track in call.tracks]
    for name, place in _doubles((n, _at(tree, "类别", i, "名称")) for i, n in enumerate(names)):
        yield RuleFileError(f"类别“{name}”重复", place, "每个类别起一个自己的名称", "C104")
    codes = ((track.code, _at(tree, "类别", n, "代码")) for n, track in enumerate(call.tracks))
    for code, place in _doubles(codes):
        yield RuleFileError(
            f"代码“{code}”重复", place, "案卷编号靠它区分, 每个类别用自己的字母", "C104"
        )
    for number, track in enumerate(call.tracks):
        place = _at(tree, "类别", number, "代码")
        if not _CODE.fullmatch(track.code):
            plain = unicodedata.normalize("NFKC", track.code).strip().upper()
            hint = f"写成 {plain}" if _CODE.fullmatch(plain) else "写 1 至 4 个大写英文字母, 例如 Q"
            yield RuleFileError(f"代码“{track.code}”不能用在案卷编号里", place, hint, "C105")
        for key, role, identifier in (
            ("申报书", Role.APPLICATION, track.application),
            ("汇总表", Role.SUMMARY, track.summary),
        ):
            if not identifier:
                continue
            form, place = call.form(identifier), _at(tree, "类别", number, key)
            if form.track in names:  # else the form says so itself
                yield from _form_of(form, role, track, place)
        for which, quota in enumerate(track.quotas):
            where = ("类别", number, "名额", which)
            yield from _quota(quota, call.form(track.application), tree, where)


def _form_of(form: Form, role: Role, track: Track, place: Position) -> Slips:
    if form.role is not role:
        yield RuleFileError(
            f"“{form.id}”的种类是{form.role}, 不是{role}", place, f"写一个{role}的编号", "C106"
        )
    elif form.track != track.name:
        yield RuleFileError(
            f"“{form.id}”的类别写的是“{form.track}”, 不是“{track.name}”",
            place,
            "每个类别用自己的表; 两个类别的表相同时也各写一份",
            "C106",
        )


def _quota(quota: Quota, form: Form, tree: Tree, where: tuple[str | int, ...]) -> Slips:
    if bool(quota.field) != bool(quota.options):
        yield RuleFileError(
            f"名额“{quota.name}”的“字段”和“属于”要一起写", _at(tree, *where), "补上另一个", "C107"
        )
    elif quota.field:
        field = {field.name: field for field in form.fields}.get(quota.field)
        if field is None or field.type is not FieldType.CHOICE:
            known = [one.name for one in form.fields if one.type is FieldType.CHOICE]
            yield RuleFileError(
                f"“{form.id}”没有叫“{quota.field}”的选项字段, 这个名额永远数不到",
                _at(tree, *where, "字段"),
                "可用: " + "、".join(known) if known else "这张表没有选项字段",
                "C107",
            )
            return
        for number, option in enumerate(quota.options):
            if option not in field.options:
                yield RuleFileError(
                    f"“{field.name}”没有选项“{option}”",
                    _at(tree, *where, "属于", number),
                    "可用: " + "、".join(field.options),
                    "C107",
                )


# --- forms ----------------------------------------------------------------------------------------


def _forms(call: Call, tree: Tree) -> Slips:
    ids = ((form.id, _at(tree, "表单", n, "编号")) for n, form in enumerate(call.forms))
    for name, place in _doubles(ids):
        yield RuleFileError(f"表单编号“{name}”重复", place, "每张表用自己的编号", "C104")
    tracks = {track.name for track in call.tracks}
    used = {one for track in call.tracks for one in (track.application, track.summary)}
    for number, form in enumerate(call.forms):
        where = ("表单", number)
        if form.track not in tracks:
            yield RuleFileError(
                f"表单“{form.id}”的类别“{form.track}”不在“类别”里",
                _at(tree, *where, "类别"),
                "可用: " + "、".join(track.name for track in call.tracks),
                "C006",
            )
        elif form.id not in used and form.role is not Role.OTHER:
            yield RuleFileError(
                f"表单“{form.id}”没有一个类别用到", _at(tree, *where, "编号"), "检查“类别”", "C106"
            )
        if not form.titles:
            yield RuleFileError(
                f"表单“{form.id}”没有标题, 认不出来", _at(tree, *where), "写首页的大标题", "C001"
            )
        yield from _further(form, tree, where)
        yield from _fields(form, form.fields, form.role, tree, (*where, "字段"))
        yield from _fields(form, form.columns, SubjectKind.ROW, tree, (*where, "列"))
        yield from _applicant(form, tree, where)
    titles = (
        (normalise(title), _at(tree, "表单", n, "标题", m))
        for n, form in enumerate(call.forms)
        for m, title in enumerate(form.titles)
    )
    for title, place in _doubles(titles):
        yield RuleFileError(f"标题“{title}”重复", place, "两张表的标题要分得开", "C104")


def _further(form: Form, tree: Tree, where: tuple[str | int, ...]) -> Slips:
    """A form with a name of its own: nothing else is called so, and it has no rows."""
    if form.role is not Role.OTHER:
        return
    place = _at(tree, *where, "名称")
    if form.name in set(SubjectKind) or form.name in set(Role) or form.name.startswith("另一"):
        yield RuleFileError(f"“{form.name}”已有别的意思", place, "换一个名称, 例如 预算表", "C112")
    elif not _NAME.fullmatch(form.name):
        yield RuleFileError(f"名称“{form.name}”不能用", place, "30 字以内, 不含空格和标点", "C108")
    if form.columns:
        yield RuleFileError(
            "“其他表”不读逐行的“列”", _at(tree, *where, "列"), "要比的数写成“字段”", "C108"
        )


def _applicant(form: Form, tree: Tree, where: tuple[str | int, ...]) -> Slips:
    field = next(one for one in (*form.fields, *form.columns) if one.name == form.applicant)
    if field.type not in TEXTUAL:
        yield RuleFileError(
            f"申报单位字段“{field.name}”是{field.type}, 名称要是文本",
            _at(tree, *where, "申报单位字段"),
            "删去这个字段的“类型”",
            "C108",
        )


def _fields(
    form: Form,
    fields: tuple[Field, ...],
    kind: Role | SubjectKind,
    tree: Tree,
    where: tuple[str | int, ...],
) -> Slips:
    """The fields of one list: their names, options and labels."""
    places = [(field.name, _at(tree, *where, n, "名称")) for n, field in enumerate(fields)]
    for name, place in _doubles(places):
        yield RuleFileError(f"“{name}”重复", place, "一张表里每个字段一个名称", "C104")
    counts = {field.name + COUNT_OF[field.type] for field in fields if field.type in COUNT_OF}
    taken = {*_RESERVED[kind], *counts} | ({APPLICANT_NAME} - {form.applicant})
    for number, field in enumerate(fields):
        place = places[number][1]
        if not _NAME.fullmatch(field.name):
            yield RuleFileError(
                f"字段名“{field.name}”不能用", place, "30 字以内, 不含空格和标点", "C108"
            )
        if field.name in taken:
            yield RuleFileError(
                f"“{field.name}”是程序自己的字段名", place, "换一个名称, “标签”不用改", "C108"
            )
        yield from _options(field, tree, (*where, number))
        yield from _unit_of_money(field, tree, (*where, number))
    labels = [
        (label_key(label), number, _at(tree, *where, number, "标签", which))
        for number, field in enumerate(fields)
        for which, label in enumerate(field.labels)
    ]
    owners: dict[str, tuple[int, Position]] = {}
    for key, number, place in labels:
        owner, earlier = owners.setdefault(key, (number, place))
        if fields[owner].name == fields[number].name:
            continue
        # the label belongs to the field that is called so; the other one borrows it
        mine = key == label_key(fields[number].name)
        yield RuleFileError(
            f"标签“{key}”已经属于字段“{fields[number if mine else owner].name}”",
            earlier if mine else place,
            "一格只能读进一个字段: 删去其中一个, 或把标签写得更完整",
            "C109",
        )


def _options(field: Field, tree: Tree, where: tuple[str | int, ...]) -> Slips:
    if field.options and field.type not in (FieldType.CHOICE, FieldType.CHOICES):
        yield RuleFileError(
            f"“{field.name}”是{field.type}, 不用“选项”",
            _at(tree, *where, "选项"),
            "类型写成 选项 或 多选, 或删去“选项”",
            "C108",
        )
    words = ((normalise(one), _at(tree, *where, "选项", n)) for n, one in enumerate(field.options))
    for word, place in _doubles(words):
        yield RuleFileError(f"选项“{word}”重复", place, "删去一个", "C104")


def _unit_of_money(field: Field, tree: Tree, where: tuple[str | int, ...]) -> Slips:
    """A form counts in 元 or in 万元; labels that say both leave open which."""
    keys = [normalise(label) for label in field.labels]
    plain = any("元" in key and "万元" not in key for key in keys)
    if field.type is FieldType.MONEY and plain and counts_in_ten_thousands(field):
        yield RuleFileError(
            f"“{field.name}”的标签里既有元又有万元",
            _at(tree, *where, "标签"),
            "照这张表上写的单位, 只留一种",
            "C115",
        )


def _shared_fields(call: Call, tree: Tree) -> Slips:
    """Rules speak of 申报书.学校类型 whatever the form: one name means one thing."""
    first: dict[tuple[str, str], tuple[Form, Field]] = {}
    for number, form in enumerate(call.forms):
        kinds = ((form.kind, "字段", form.fields), (str(SubjectKind.ROW), "列", form.columns))
        for kind, key, fields in kinds:
            for which, field in enumerate(fields):
                other, known = first.setdefault((kind, field.name), (form, field))
                if other is form or (known.type, known.options) == (field.type, field.options):
                    continue
                what = "类型" if known.type is not field.type else "选项"
                yield RuleFileError(
                    f"“{field.name}”的{what}与“{other.id}”里的不同",
                    _at(tree, "表单", number, key, which, what),
                    "写成一样, 或换一个名称",
                    "C110",
                )


# --- units, words ---------------------------------------------------------------------------------


def _units(call: Call, tree: Tree) -> Slips:
    owners: dict[str, str] = {}
    addresses: dict[str, str] = {}
    for number, unit in enumerate(call.units):
        where = ("报送单位", number)
        names = [(unit.name, _at(tree, *where, "名称")), (unit.bureau, _at(tree, *where, "部门"))]
        names += [(one, _at(tree, *where, "简称", n)) for n, one in enumerate(unit.aliases)]
        for name, place in names:
            if len(normalise(name)) < 2:
                yield RuleFileError(
                    f"“{name}”太短, 会认错单位", place, "写两个字以上的名称", "C111"
                )
            owner = owners.setdefault(normalise(name), f"{number}{unit.name}")
            if owner != f"{number}{unit.name}":
                yield RuleFileError(
                    f"“{name}”同时是“{owner.lstrip('0123456789')}”的名称",
                    place,
                    "名称和简称要分得开, 否则谁都认不出来",
                    "C111",
                )
        for which, address in enumerate(unit.addresses):
            place = _at(tree, *where, "邮箱", which)
            if not _address(("x" if address.startswith("@") else "") + address):
                yield RuleFileError(
                    f"“{address}”不是邮箱地址",
                    place,
                    "例如 jiaoyuju@example.org 或 @example.org",
                    "C103",
                )
            if addresses.setdefault(address, unit.name) != unit.name:
                yield RuleFileError(
                    f"邮箱“{address}”同时属于“{addresses[address]}”",
                    place,
                    "只写在一个单位下",
                    "C111",
                )


def _words(call: Call, tree: Tree) -> Slips:
    words = call.words
    for key, name, role in (
        ("所属单位字段", words.unit_field, Role.APPLICATION),
        ("填报单位字段", words.filler_field, Role.SUMMARY),
    ):
        place = _at(tree, "称谓", key)
        written = place not in (_at(tree), _at(tree, "称谓"))
        names = {field.name for form in call.forms if form.role is role for field in form.fields}
        if written and name not in names:
            yield RuleFileError(
                f"没有一张{role}有字段“{name}”", place, "可用: " + "、".join(sorted(names)), "C112"
            )
    kinds = [
        (name, _at(tree, "称谓", key))
        for key, name in (
            ("报送单位", words.bureau),
            ("直属单位", words.direct),
            ("申报单位", words.applicant),
        )
    ]
    for name, place in _doubles([(OTHER_SENDER, Position(0, 0)), *kinds]):
        yield RuleFileError(
            f"“{name}”已有别的意思",
            place,
            f"三种来件人各用一个名称, 也不能叫“{OTHER_SENDER}”",
            "C112",
        )
    for number, each in enumerate(words.short_endings):
        if not re.fullmatch("[^=]+=[^=]+", each):
            yield RuleFileError(
                f"看不懂简写“{each}”",
                _at(tree, "称谓", "名称简写", number),
                "写成 简写=全写, 例如 初中=初级中学",
                "C113",
            )
