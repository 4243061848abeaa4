"""Whether database, files and key are one store, decided from what each says of itself. Pure.

A database that was lost, mistyped or not mounted looks like a new one, and a new one answers
everybody: so each of the three carries the store's identity, and the files know how far the ledger
had come when the last letter left. Nothing is read or written here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Fit(StrEnum):
    """How the parts of a store go together."""

    NEW = "new"  #: nothing has ever been stored: to be founded
    #: they belong together and do not all say so yet: older than this check, or half founded
    UNBOUND = "unbound"
    WELL = "well"
    NO_RECORDS = "no_records"  #: the database is empty, the files are not
    NO_FILES = "no_files"  #: the database knows files that are not there
    FOREIGN = "foreign"  #: database and files belong to different stores
    NO_KEY = "no_key"  #: the key that signed the receipts is gone
    OTHER_KEY = "other_key"  #: it is not the one that signed them
    MOVED = "moved"  #: the store was moved elsewhere, or its files were
    ARRIVING = "arriving"  #: a store is being moved here, and is not whole yet
    BEHIND = "behind"  #: letters left that the database knows nothing of: it is an older one


AT_WORK = frozenset({Fit.NEW, Fit.UNBOUND, Fit.WELL})
"""A store that may be worked on."""
ADOPTABLE = frozenset({Fit.WELL, Fit.NO_RECORDS, Fit.BEHIND})
"""A store that a person may take over, after a restore."""


ARRIVING = "arriving "
"""Stands before the identity in a database that a store is being moved to."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What the database says of itself."""

    identity: str
    key: str  #: fingerprint
    marked: bool  #: the files have been told
    adopted_at: datetime | None = None
    known_until: datetime | None = None

    @property
    def arriving(self) -> bool:
        """Whether the store is still being moved here."""
        return self.identity.startswith(ARRIVING)


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands beside the files."""

    identity: str
    key: str  #: fingerprint
    moved_to: str = ""  #: where the files were moved; "" = they were not


@dataclass(frozen=True, slots=True)
class Parts:
    """What the three parts of a store say of themselves."""

    claim: Claim | None  #: of the database; None when it makes none
    events: int  #: lines of its ledger
    mails: int  #: mails it knows to lie among the files
    mark: Mark | None  #: of the files
    kept: bool  #: mails, or a journal of letters, lie beside it
    key: str  #: fingerprint of the key; "" when there is none
    behind: bool  #: the journal names an end of the ledger that the database has not come to
    moved: bool = False  #: the ledger ends with the store's move to another place


def fit(parts: Parts) -> Fit:
    """How the parts go together."""
    if parts.moved or (parts.mark is not None and parts.mark.moved_to):
        return Fit.MOVED
    if parts.claim is None:
        return _unclaimed(parts)
    if parts.claim.arriving:
        return Fit.ARRIVING
    if parts.mark is None:
        return Fit.NO_FILES if parts.claim.marked else Fit.UNBOUND
    if parts.mark.identity != parts.claim.identity:
        return Fit.FOREIGN
    if not parts.key:
        return Fit.NO_KEY
    if parts.key != parts.claim.key:
        return Fit.OTHER_KEY
    return Fit.BEHIND if parts.behind else Fit.WELL


def _unclaimed(parts: Parts) -> Fit:
    """Of a database that does not say whose it is: an empty one, or one from before there was an
    identity.
    """
    if not parts.events:
        return Fit.NO_RECORDS if parts.mark is not None or parts.kept else Fit.NEW
    if parts.mails and not (parts.kept or parts.key):
        return Fit.NO_FILES
    return Fit.BEHIND if parts.behind else Fit.UNBOUND


_RESTORE = "用 mailroom restore 从备份恢复"
_ADOPT = "运行 mailroom adopt --after-restore 接管: 已发过的信不会再发, 说不准的先扣下"
WORDS: dict[Fit, tuple[str, str]] = {
    Fit.NO_RECORDS: (
        "数据库是空的, 文件目录里却有来件或发信记录: 数据库丢失、写错地址或没有挂载",
        f"检查 [store] database; 确实丢失的, {_RESTORE}; 没有备份的, {_ADOPT}",
    ),
    Fit.NO_FILES: (
        "数据库里登记的来件原件不在文件目录里: 目录写错、没有挂载或已丢失",
        f"检查 [store] files; 确实丢失的, {_RESTORE}",
    ),
    Fit.FOREIGN: (
        "数据库与文件目录不是同一套: 其中之一是另一个单位或另一个实例的",
        f"检查 [store] database 与 files 是否配对; 放错了备份的, {_RESTORE}",
    ),
    Fit.NO_KEY: (
        "密钥文件 secret.key 不见了: 换用新密钥, 已发出的回执就无法核验",
        f"从备份里取回 secret.key, 或{_RESTORE}",
    ),
    Fit.OTHER_KEY: (
        "密钥文件 secret.key 不是这个数据库的那一把",
        f"换回原来的 secret.key, 或{_RESTORE}",
    ),
    Fit.MOVED: (
        "这个存储已经迁走, 不再在这里收件、答复",
        "在 [store] 写迁移后的 database 和 files; 要迁回来, 在那边运行 mailroom migrate",
    ),
    Fit.ARRIVING: (
        "往这里的迁移还没有完成",
        "用原来的配置再运行一次同样的 mailroom migrate, 会接着做完",
    ),
    Fit.BEHIND: (
        "数据库比发信记录旧: 有信在它之后发出, 照它开工会再答复一遍",
        f"换回最新的数据库; 刚从备份恢复的, {_ADOPT}",
    ),
}
"""What is wrong, and what to do."""
