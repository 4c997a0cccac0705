"""Which columns has a file of another system's opportunities, and what does a row say? (issue 6 E)

History comes without evidence: it tells how often and how fast was won, never that a gate is open.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from keytally.accounts.rules.attributes import Attribute, Type
from keytally.exchange.values import Figure, read_figure
from keytally.kernel.money import UnknownCurrency, minor_digits

HISTORY: tuple[Attribute, ...] = (
    Attribute(
        "reference",
        "商机编号",
        "Opportunity number",
        synonyms=("opportunity_id", "opportunity id", "deal_id", "id", "编号", "商机ID", "单号"),
    ),
    Attribute("account", "客户", "Account", most=120, synonyms=("account_name", "客户名称", "company", "公司名称")),
    Attribute("owner", "负责人", "Owner", most=150, synonyms=("sales_agent", "sales_rep", "agent", "销售", "业务员")),
    Attribute("outcome", "结果", "Outcome", synonyms=("deal_stage", "stage", "state", "status", "阶段", "状态")),
    Attribute("product", "产品", "Product", most=80, synonyms=("product_name", "产品名称", "商品")),
    Attribute(
        "opened_on",
        "创建日期",
        "Opened on",
        Type.DAY,
        synonyms=("created_on", "create_date", "engage_date", "open_date", "created", "创建时间", "立项日期"),
    ),
    Attribute(
        "closed_on",
        "关闭日期",
        "Closed on",
        Type.DAY,
        synonyms=("close_date", "closed", "end_date", "结束日期", "成交日期", "关闭时间"),
    ),
    Attribute(
        "amount", "金额", "Amount", most=30, synonyms=("close_value", "value", "成交金额", "预计金额", "商机金额")
    ),
    Attribute("currency", "币种", "Currency", most=3),
)


class Result(StrEnum):
    """How an opportunity of another system ended, or that it is still open there."""

    OPEN = "OPEN"
    WON = "WON"
    LOST = "LOST"
    STOPPED = "STOPPED"


_WORDS: Mapping[Result, str] = {
    Result.WON: "won|closed won|win|赢单|赢|成交|已成交|中标|成功",
    Result.LOST: "lost|closed lost|lose|输单|丢单|输|失败|未成交|流失",
    Result.STOPPED: "stopped|cancelled|canceled|suspended|on hold|停止|取消|搁置|终止|暂停",
    Result.OPEN: "open|in progress|engaging|prospecting|new|进行中|跟进中|在谈|未结束|打开",
}
_RESULTS: Mapping[str, Result] = {word: result for result, words in _WORDS.items() for word in words.split("|")}
# A file that names a stage of the funnel says more than an import may bring: stages are reached by evidence.
_STAGES = frozenset(
    (
        *("target", "intent", "project", "project set up", "recognition", "negotiation", "closing"),
        *(
            "目标",
            "意向",
            "立项",
            "认可",
            "谈判",
            "目标阶段",
            "意向阶段",
            "立项阶段",
            "认可阶段",
            "谈判阶段",
            "成交阶段",
        ),
    )
)
_GAPS = re.compile(r"[\s_\-]+")


@dataclass(frozen=True, slots=True)
class Record:
    """What a row says, as far as it says it."""

    reference: str
    result: Result
    opened_on: date
    closed_on: date | None
    amount_minor: int | None
    currency: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a row is no history: a code, the column, and what stands there."""

    code: str
    column: str
    value: str = ""


def result_of(text: str) -> Result | None:
    """Read how it ended, in the words of common systems in both languages.

    >>> result_of("In_Progress"), result_of("赢单"), result_of("maybe")
    (<Result.OPEN: 'OPEN'>, <Result.WON: 'WON'>, None)
    """
    return _RESULTS.get(_GAPS.sub(" ", text).strip().casefold())


def names_stage(text: str) -> bool:
    """Tell whether a text names a stage of the funnel and not how something ended.

    >>> names_stage("Project_set-up"), names_stage("谈判阶段"), names_stage("Won")
    (True, True, False)
    """
    return _GAPS.sub(" ", text).strip().casefold() in _STAGES


def read_record(facts: Mapping[str, Any], *, currency: str, as_of: date) -> Record | tuple[Refused, ...]:
    """Read a row, or list every reason why it cannot be history."""
    result = result_of(facts.get("outcome") or "")
    opened_on, closed_on = facts.get("opened_on"), facts.get("closed_on")
    code = (facts.get("currency") or currency).upper()
    amount = _amount(facts.get("amount") or "", code)
    refused = [
        *_missing(facts, result),
        *_days(opened_on, closed_on if result is not Result.OPEN else None, as_of=as_of),
        *([amount] if isinstance(amount, Refused) else []),
    ]
    if result in (Result.WON, Result.LOST, Result.STOPPED) and closed_on is None:
        refused.append(Refused("CLOSED_ON_MISSING", "closed_on"))
    if refused or result is None or opened_on is None or isinstance(amount, Refused):
        return tuple(refused)
    is_over = result is not Result.OPEN
    return Record(facts["reference"], result, opened_on, closed_on if is_over else None, amount, code)


def gaps_of(record: Record, facts: Mapping[str, Any]) -> tuple[str, ...]:
    """List what a row leaves open though it is taken."""
    gaps = []
    if record.amount_minor is None:
        gaps.append(f"NO_AMOUNT_{record.result.value}")
    if not facts.get("account"):
        gaps.append(f"NO_ACCOUNT_{record.result.value}")
    if not facts.get("owner"):
        gaps.append("NO_OWNER")
    if not facts.get("product"):
        gaps.append("NO_PRODUCT")
    if record.result is Result.OPEN and facts.get("closed_on"):
        gaps.append("OPEN_WITH_CLOSING")
    return tuple(gaps)


def _missing(facts: Mapping[str, Any], result: Result | None) -> list[Refused]:
    found = []
    if not facts.get("reference"):
        found.append(Refused("REFERENCE_MISSING", "reference"))
    if not facts.get("outcome"):
        found.append(Refused("OUTCOME_MISSING", "outcome"))
    elif result is None:
        code = "STAGE_NAMED" if names_stage(str(facts["outcome"])) else "NO_OUTCOME"
        found.append(Refused(code, "outcome", str(facts["outcome"])))
    if facts.get("opened_on") is None:
        found.append(Refused("OPENED_ON_MISSING", "opened_on"))
    return found


def _days(opened_on: date | None, closed_on: date | None, *, as_of: date) -> list[Refused]:
    found = []
    if opened_on and opened_on > as_of:
        found.append(Refused("OPENED_IN_FUTURE", "opened_on", str(opened_on)))
    if closed_on and closed_on > as_of:
        found.append(Refused("CLOSED_IN_FUTURE", "closed_on", str(closed_on)))
    if opened_on and closed_on and closed_on < opened_on:
        found.append(Refused("CLOSED_BEFORE_OPENED", "closed_on", str(closed_on)))
    return found


def _amount(text: str, currency: str) -> int | Refused | None:
    """Read an amount; many systems write 0 where they know none, so 0 is none."""
    try:
        digits = minor_digits(currency)
    except UnknownCurrency:
        return Refused("NO_CURRENCY", "currency", currency)
    if not text.strip():
        return None
    found = read_figure(text, decimals=digits, marks=f"¥|￥|{re.escape(currency)}")
    if not isinstance(found, Figure) or found.rounded or found.scaled < 0:
        return Refused("NO_AMOUNT", "amount", text)
    return found.scaled or None
