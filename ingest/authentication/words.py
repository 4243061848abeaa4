"""The evidence in plain words: what it shows, and what it does not. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.authentication.claims import Outcome
from ingest.authentication.evidence import Evidence, Verified

OUTCOMES = {
    Outcome.VALID: "有效",
    Outcome.BODY_CHANGED: "无效: 正文或附件在签名之后改过",
    Outcome.WRONG: "无效: 签过名的邮件头改过, 或者密钥已经换过",
    Outcome.EXPIRED: "已过签名自己写的有效期, 没有核",
    Outcome.NO_KEY: "没有核: 域名上没有这个密钥, 可能已经撤下",
    Outcome.KEY_UNUSABLE: "没有核: 密钥已作废、太短, 或是本程序不认的种类",
    Outcome.MALFORMED: "无效: 签名不合规范, 例如没有签发件人",
    Outcome.NOT_ASKED: "没有核: 没有问到密钥",
}
_POLICIES = {
    "none": "不作要求",
    "quarantine": "通不过的按垃圾邮件处理",
    "reject": "通不过的拒收",
}
_LIMITS = (
    "核的是域名上现在的密钥: 密钥会更换, 转发和邮件列表会弄坏签名, 所以“无效”“没有核”都不等于冒用。",
    "没有核 SPF: 发信的地址只有收信的服务器知道, 以它写的验证结果为准。",
    "这些只供核实时参考, 本命令不改变任何裁定。",
)


def lines(evidence: Evidence) -> Iterator[str]:
    """All of it, for a person."""
    yield f"发件人域名: {'、'.join(evidence.senders) or '没有'}"
    yield from _signatures(evidence)
    yield _policy(evidence)
    for result in evidence.results:
        yield f"收信服务器的验证结果: {result}"
    if not evidence.results:
        yield "收信服务器的验证结果: 没有, 或不是 [office] trusted_authserv_ids 里的服务器写的"
    if evidence.unanswered:
        yield f"没有问到: {'、'.join(evidence.unanswered)}"
    yield ""
    yield meaning(evidence)
    yield from _LIMITS


def _signatures(evidence: Evidence) -> Iterator[str]:
    for each in evidence.signatures:
        whose = "与发件人域名一致" if each.aligned else "不是发件人的域名"
        partial = "; 只签了正文的开头一段, 后面可能是别人加的" if each.partial else ""
        yield (
            f"DKIM 签名: d={each.domain} s={each.selector}  {OUTCOMES[each.outcome]}  ({whose}{partial})"
        )
    if not evidence.signatures:
        yield "DKIM 签名: 没有"
    if evidence.left_out:
        yield f"另有 {evidence.left_out} 个签名没有看"


def _policy(evidence: Evidence) -> str:
    policy = evidence.policy
    if policy is None:
        return "DMARC 策略: 没有查到"
    said = _POLICIES.get(policy.policy, "写得不合格式")
    return f"DMARC 策略: {said}  ({policy.name}: {policy.record})"


def meaning(evidence: Evidence) -> str:
    """What it comes to, in one sentence."""
    if len(evidence.senders) != 1:
        return "发件人不是一个地址, 说不上签名是不是发件人的。"
    valid = [each for each in evidence.signatures if each.outcome is Outcome.VALID]
    if any(_whole(each) for each in valid):
        return (
            f"{evidence.senders[0]} 的服务器签过这封邮件, 签过的邮件头和正文此后没有改动。"
            "这证明邮件出自这个域名, 不证明是哪一个人写的。"
        )
    if any(each.aligned for each in valid):
        return "发件人域名的签名有效, 但只签了正文的开头一段: 附件和后面的文字证明不了。"
    if valid:
        return "有效的签名是别的域名的, 证明不了发件人。"
    return "没有能证明发件人域名的签名。"


def _whole(each: Verified) -> bool:
    return each.aligned and not each.partial
