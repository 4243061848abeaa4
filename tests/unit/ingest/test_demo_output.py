"""What a demo leaves in its folder: files to open, and never those of the run before."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

from ingest.demo.output import write_output


def mail(identity: str, text: str = "您好") -> bytes:
    """As the demo's server takes it."""
    message = EmailMessage()
    message["Message-ID"] = f"<mailroom.{identity}@office.example>"
    message.set_content(text)
    message.add_alternative(f"<p>{text}</p>", subtype="html")
    return message.as_bytes()


def names(directory: Path) -> set[str]:
    """What a person sees in the folder."""
    return {
        path.relative_to(
            directory,
        ).as_posix()
        for path in directory.rglob("[!.]*")
        if path.is_file()
    }


def test_letters_and_digests_become_files_in_folders_of_their_own(tmp_path: Path) -> None:
    """Text, page and the mail itself."""
    assert write_output(
        tmp_path,
        [mail("Q24-0001-S.1.aa"), mail("digest.2024-08-30.1.bb")],
    ) == ["letter", "digest"]
    assert names(tmp_path) == {
        *(f"letters/Q24-0001-S.1.aa.{suffix}" for suffix in ("eml", "html", "txt")),
        *(f"digests/digest.2024-08-30.1.bb.{suffix}" for suffix in ("eml", "html", "txt")),
    }
    assert "您好" in (tmp_path / "letters" / "Q24-0001-S.1.aa.txt").read_text("utf-8")


def test_the_files_of_the_run_before_give_way_and_no_others(tmp_path: Path) -> None:
    """After a change of rules the old letter is not there to be opened by mistake."""
    write_output(tmp_path, [mail("Q24-0001-S.1.aa")])
    (tmp_path / "letters" / "notes.txt").write_text("mine", "utf-8")
    write_output(tmp_path, [mail("Q24-0001-S.1.cc")])
    assert names(tmp_path) == {
        "letters/notes.txt",
        *(f"letters/Q24-0001-S.1.cc.{suffix}" for suffix in ("eml", "html", "txt")),
    }


def test_a_list_that_somebody_has_written_to_takes_nothing_else_away(tmp_path: Path) -> None:
    """Only plain names in the two folders count."""
    kept = tmp_path / "kept.txt"
    kept.write_text("mine", "utf-8")
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / ".written-by-demo").write_text(
        "../kept.txt\nletters/../../kept.txt\nletters/..\nkept.txt\n\n",
        "utf-8",
    )
    write_output(folder, [])
    assert kept.read_text("utf-8") == "mine"
