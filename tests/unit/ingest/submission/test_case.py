"""What lies in a case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ingest.reading import Document, Fate, Part, ScanLine, SealOutcome
from ingest.submission.case import ReceivedMail, arrange, papers_of_case
from rules.call import Call, Role

Make = Callable[..., Document]
Mail = Callable[..., ReceivedMail]


def test_word_and_scan_of_one_applicant_are_one_entry(
    call: Call,
    mail: Mail,
    word: Make,
    scan: Make,
) -> None:
    """They are paired by the applicant's name."""
    case = arrange([mail(word("石河子第一中学"), scan("第八师石河子市第一中学"))], "示范校", call)
    assert [
        (
            entry.applicant,
            bool(entry.editable),
            bool(entry.scan),
        )
        for entry in case.entries
    ] == [("石河子第一中学", True, True)]


def test_three_schools_and_one_table_are_three_entries(
    call: Call, mail: Mail, word: Make, scan: Make, summary: Make
) -> None:
    """Every row finds its entry."""
    names = ["甲团中学", "乙团中学", "丙团小学"]
    case = arrange([mail(*map(word, names), *map(scan, names), summary(*names))], "示范校", call)
    assert [entry.rows for entry in case.entries] == [["汇1"], ["汇2"], ["汇3"]]


def test_a_row_without_a_form_is_an_entry_that_has_nothing(
    call: Call,
    mail: Mail,
    word: Make,
    summary: Make,
) -> None:
    """The bureau is told which school's form is missing."""
    case = arrange([mail(word("甲团中学"), summary("甲团中学", "乙团中学"))], "示范校", call)
    assert [(entry.applicant, entry.editable is None) for entry in case.entries] == [
        ("甲团中学", False),
        ("乙团中学", True),
    ]


def test_a_nameless_scan_goes_to_the_one_empty_place(
    call: Call,
    mail: Mail,
    word: Make,
    scan: Make,
) -> None:
    """One scan and one place left belong together."""
    case = arrange([mail(word("甲团中学"), scan("", name="IMG_001.pdf"))], "示范校", call)
    assert case.entries[0].scan is not None


def test_nameless_scans_with_several_places_stay_loose(
    call: Call,
    mail: Mail,
    word: Make,
    scan: Make,
) -> None:
    """Nobody guesses which is whose."""
    case = arrange(
        [mail(word("甲团中学"), word("乙团中学"), scan("", name="1.pdf"), scan("", name="2.pdf"))],
        "示范校",
        call,
    )
    assert (len(case.loose), [entry.scan for entry in case.entries]) == (2, [None, None])


def test_equal_file_names_pair_what_has_no_name_inside(
    call: Call,
    mail: Mail,
    word: Make,
    scan: Make,
) -> None:
    """申报书甲.docx and 申报书甲（盖章）.pdf."""
    words = [word("甲团中学", name="申报书甲.docx"), word("乙团中学", name="申报书乙.docx")]
    case = arrange([mail(*words, scan(name="申报书乙（盖章）.pdf"))], "示范校", call)
    assert [bool(entry.scan) for entry in case.entries] == [False, True]


def test_an_unknown_scan_is_the_summary_when_that_is_all_that_lacks(
    call: Call, mail: Mail, word: Make, scan: Make, summary: Make
) -> None:
    """The form's place is taken, the table's is empty."""
    case = arrange(
        [
            mail(
                word("甲团中学"),
                scan("甲团中学"),
                summary("甲团中学"),
                scan("", role=None, name="IMG_2.pdf"),
            )
        ],
        "示范校",
        call,
    )
    assert case.summary_scan is not None


def test_the_newer_file_counts_and_the_older_stays_listed(
    call: Call,
    mail: Mail,
    word: Make,
) -> None:
    """By the server's time, whatever the order of reading."""
    old, new = mail(word("甲团中学", 联系人="旧")), mail(word("甲团中学", 联系人="新"))
    case = arrange([new, old], "示范校", call)
    entry = case.entries[0]
    assert entry.editable is not None
    assert entry.editable.document.fields["联系人"].text == "新"
    assert [item.mail.id for item in case.replaced] == [old.id]


def test_of_two_scans_in_one_mail_the_better_seal_counts(
    call: Call, mail: Mail, word: Make, scan: Make
) -> None:
    """A stack holds a copy without a seal, another file the stamped one; in a later mail the newer
    counts.
    """
    stamped = scan("甲团中学")
    bare = scan("甲团中学", outcome=SealOutcome.NOT_STAMPED).model_copy(
        update={"own_pages": (1, 2)}
    )

    together = arrange([mail(word("甲团中学"), stamped, bare)], "示范校", call)
    later = arrange([mail(word("甲团中学"), stamped), mail(bare)], "示范校", call)

    kept = [case.entries[0].scan for case in (together, later)]
    assert [item.document if item else None for item in kept] == [stamped, bare]


def test_a_photograph_nobody_can_tell_replaces_none_that_says_what_it_is(
    call: Call, mail: Mail, word: Make, scan: Make, summary: Make
) -> None:
    """A camera gives all its pictures one name and a time; in a later mail it may be meant to."""
    told = scan("甲团中学", name="IMG_20240826_170211.jpg")
    untold = scan("", role=None, name="IMG_20240826_170239.jpg")
    papers = [word("甲团中学"), summary("甲团中学"), scan("", name="汇总表.pdf", role=Role.SUMMARY)]

    case = arrange([mail(*papers, told, untold)], "示范校", call)

    kept = case.entries[0].scan
    assert kept is not None
    assert kept.document == told
    assert [item.document for item in case.loose] == [untold]
    assert case.replaced == []


def test_a_scan_alone_is_an_entry_without_word(call: Call, mail: Mail, scan: Make) -> None:
    """So that the letter can say what is missing, by name."""
    case = arrange([mail(scan("甲团中学", outcome=SealOutcome.UNCERTAIN))], "示范校", call)
    assert [(entry.applicant, entry.editable) for entry in case.entries] == [("甲团中学", None)]


def test_the_other_tracks_documents_stay_out(call: Call, mail: Mail, word: Make) -> None:
    """One mail may serve two cases."""
    both = mail(word("甲团中学"), word("第八师教育局", "示范区"))
    assert [entry.applicant for entry in arrange([both], "示范区", call).entries] == [
        "第八师教育局"
    ]


def test_parts_without_a_document_make_no_entry(
    call: Call,
    mail: Mail,
    part: Callable[..., object],
) -> None:
    """A broken attachment is a matter of the whole case."""
    assert arrange([mail(parts=(part("x.docx", Fate.DAMAGED),))], "示范校", call).entries == []


def test_a_row_that_writes_less_of_the_name_is_the_forms(
    call: Call, mail: Mail, word: Make, summary: Make
) -> None:
    """Where no other school of the case could be meant."""
    case = arrange([mail(word("第四师可克达拉市红旗小学"), summary("红旗小学"))], "示范校", call)
    assert [(entry.applicant, entry.rows, entry.doubtful_rows) for entry in case.entries] == [
        ("第四师可克达拉市红旗小学", ["汇1"], [])
    ]


def test_two_schools_alike_stay_two(call: Call, mail: Mail, word: Make, summary: Make) -> None:
    """The division's and the town's."""
    names = ["第三师第一中学", "图木舒克市第一中学"]
    case = arrange([mail(*map(word, names), summary(*names))], "示范校", call)
    assert [(entry.applicant, entry.rows) for entry in case.entries] == [
        ("第三师第一中学", ["汇1"]),
        ("图木舒克市第一中学", ["汇2"]),
    ]
    assert case.replaced == []


def test_a_row_that_may_mean_a_form_is_its_in_doubt(
    call: Call, mail: Mail, word: Make, summary: Make
) -> None:
    """Nobody is asked for a second form while a person looks."""
    papers = mail(word("第三师第一中学"), summary("图木舒克市第一中学", "图木舒克市第一中学"))
    case = arrange([papers], "示范校", call)
    assert [(entry.applicant, entry.rows, entry.doubtful_rows) for entry in case.entries] == [
        ("第三师第一中学", ["汇1"], ["汇1"]),
        ("图木舒克市第一中学", ["汇2"], []),
    ]


def test_a_missing_school_that_is_listed_twice_is_one_entry(
    call: Call, mail: Mail, word: Make, summary: Make
) -> None:
    """Both rows are its."""
    case = arrange(
        [mail(word("甲团中学"), summary("甲团中学", "乙团中学", "乙团中学"))], "示范校", call
    )
    assert [entry.rows for entry in case.entries] == [["汇1"], ["汇2", "汇3"]]


def test_who_may_only_add_fills_empty_places_and_replaces_nothing(
    call: Call, mail: Mail, word: Make, scan: Make, summary: Make
) -> None:
    """However new his papers are; what found no place is kept as not used."""
    first = mail(word("甲团中学"), summary("甲团中学"))
    later = word("甲团中学", name="新申报书.docx")
    table = summary("甲团中学", "乙团中学").model_copy(update={"part": "新汇总表"})
    stranger = replace(mail(later, table, scan("甲团中学")), may_replace=False)
    case = arrange([first, stranger], "示范校", call)
    [entry] = case.entries
    assert entry.editable is not None
    assert case.summary is not None
    assert entry.scan is not None
    assert [item.mail for item in (entry.editable, case.summary, entry.scan)] == [
        first,
        first,
        stranger,
    ]
    assert case.unused == {(stranger.id, each.part, 1) for each in (later, table)}
    assert case.replaced == []


def test_only_who_may_learn_is_a_learner(call: Call, mail: Mail, word: Make) -> None:
    """Addresses, each once; the answer goes to the last of them."""
    own, again = mail(word("甲团中学")), mail(text="补充")
    stranger = replace(mail(address="new@example.org"), may_learn=False)
    case = arrange([own, again, stranger], "示范校", call)
    assert case.learners == {"jyj@example.cn"}
    assert case.answered == again
    assert arrange([stranger], "示范校", call).learners == frozenset()


def test_the_fingerprint_of_a_case_is_that_of_its_attachments(
    call: Call, mail: Mail, part: Callable[..., Part]
) -> None:
    """Whatever their order; the mail's own text changes nothing."""

    def said(*shas: str, fate: Fate = Fate.DOCUMENT) -> str:
        parts = tuple(part(sha, fate).model_copy(update={"sha256": sha}) for sha in shas)
        return papers_of_case(arrange([mail(parts=parts)], "示范校", call))

    assert said("a", "b") == said("b", "a") != said("a")
    assert said("a", fate=Fate.BODY) == said() != said("a")


VALUES = {
    "单位名称": "晨光小学", "师市": "第八师石河子市", "联系人": "贺兰", "联系电话": "13999330077",
    "电子邮箱": "cg@example.cn",
}  # fmt: skip


def test_a_nameless_scan_goes_to_the_word_file_that_says_the_same(
    call: Call, mail: Mail, word: Make, scan: Make
) -> None:
    """By what was read from its pages."""
    form = call.form("附件2")
    said = {field.labels[0]: VALUES[field.name] for field in form.fields if field.name in VALUES}
    lines = tuple(
        ScanLine(
            page=1, row=row, text=text, confidence=0.99, box=(at, 8 * row, at + 40, 8 * row + 5)
        )
        for row, pair in enumerate(said.items(), 1)
        for at, text in zip((20, 70), pair, strict=True)
    )
    photo = scan("", name="IMG_001.pdf", role=None)
    photo = photo.model_copy(update={"lines": lines, "pages_read": (1,), "read_whole": True})
    ours = word("晨光小学", **{name: value for name, value in VALUES.items() if name != "单位名称"})
    papers = [each.model_copy(update={"form": "附件2"}) for each in (word("金穗中学"), ours)]
    case = arrange([mail(*papers, photo)], "示范校", call)
    assert [(entry.applicant, entry.scan is not None) for entry in case.entries] == [
        ("金穗中学", False),
        ("晨光小学", True),
    ]
