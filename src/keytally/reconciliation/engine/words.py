"""What are the classes, causes and columns of a result called, in English and in Chinese?"""

from collections.abc import Mapping

CLASS_NAMES: Mapping[str, tuple[str, str]] = {
    "MATCHED": ("matched", "相符"),
    "CANCELLED": ("cancelled", "已冲销"),
    "SHORT": ("received short", "短少"),
    "OVER": ("received over", "多收"),
    "PRICE": ("price differs", "价格差异"),
    "MIXED": ("quantity and price differ", "数量和价格均有差异"),
    "ROUNDING": ("rounding", "尾差"),
    "TAX": ("tax differs", "税差"),
    "VALUE_BASIS": ("valued differently", "计价口径不同"),
    "CURRENCY": ("currencies differ", "币种不同"),
    "WRONG_STORE": ("wrong store", "门店不符"),
    "WRONG_ITEM": ("wrong item", "单品不符"),
    "NOT_RECEIVED": ("ours, nothing of theirs", "我方有，对方无"),
    "NOT_IN_BOOKS": ("theirs, nothing of ours", "对方有，我方无"),
    "DUPLICATE": ("duplicate", "重复"),
    "TIMING": ("in another period", "跨期"),
    "RETURN_UNBOOKED": ("return not booked", "退货单边"),
    "DEDUCTION_UNKNOWN": ("deduction not explained", "不明扣款"),
    "PAYMENT_UNBOOKED": ("payment not booked", "回款单边"),
    "OUTSIDE_PERIOD": ("not of this period", "非本期"),
    "AMBIGUOUS": ("several counterparts, a person decides", "多个候选，待人工判断"),
    "UNEXPLAINED": ("unexplained", "不明差异"),
}

WORDS: Mapping[str, tuple[str, str]] = {
    "accepted": ("accepted", "接受"),
    "amount": ("amount", "金额"),
    "bridge": ("bridge", "余额调节"),
    "candidates": ("candidates", "候选"),
    "cause": ("cause", "原因"),
    "class": ("class", "类别"),
    "class_name": ("class (name)", "类别名称"),
    "column": ("column", "列"),
    "confidence": ("confidence", "把握"),
    "counterparts": ("counterparts", "对方行"),
    "currency": ("currency", "币种"),
    "difference": ("difference", "差额"),
    "file": ("file", "文件"),
    "files": ("files", "文件数"),
    "group": ("group", "组"),
    "id": ("id", "标识"),
    "less": ("less", "减"),
    "links": ("links", "配对"),
    "lines": ("lines", "行数"),
    "net": ("sum of all causes", "各原因合计"),
    "of_links": ("links", "配对数"),
    "open_rows": ("lines to explain", "待说明行"),
    "opening": ("of it opening balance", "其中期初余额"),
    "ours": ("ours", "我方"),
    "ours_balance": ("our balance", "我方余额"),
    "part": ("made of", "差额构成"),
    "quantity": ("quantity", "数量"),
    "quantity_difference": ("quantity difference", "数量差"),
    "rank": ("rank", "排名"),
    "read": ("read", "读取"),
    "reason": ("reason code", "原因代码"),
    "reason_en": ("reason (English)", "原因（英文）"),
    "reason_zh": ("reason (Chinese)", "原因（中文）"),
    "rejected": ("rejected", "剔除"),
    "rejected_rows": ("rejected rows", "剔除行"),
    "residuals": ("residuals", "差异行"),
    "result": ("result", "结论"),
    "row": ("row", "行"),
    "rule": ("rule", "规则"),
    "seconds": ("seconds", "秒"),
    "sheet": ("sheet", "工作表"),
    "side": ("side", "方"),
    "summary": ("summary", "汇总"),
    "theirs": ("theirs", "对方"),
    "theirs_balance": ("their balance", "对方余额"),
    "totals": ("total rows", "合计行"),
    "value": ("value", "值"),
    "balance": ("balance", "余额"),
    "days_apart": ("days apart", "相差天数"),
    "header_row": ("header in row", "表头在第几行"),
    "measure": ("measure", "比对依据"),
    "unused": ("not used", "未使用"),
    "header": ("header", "表头"),
    "why": ("why", "理由"),
    "date": ("date", "日期"),
    "doc_no": ("document", "单据号"),
    "doc_type": ("kind", "单据类型"),
    "item": ("item", "单品"),
    "order_no": ("order", "订单号"),
    "ours_file": ("our file", "我方文件"),
    "ours_id": ("our id", "我方标识"),
    "ours_row": ("our row", "我方行"),
    "ours_sheet": ("our sheet", "我方工作表"),
    "store": ("store", "门店"),
    "theirs_file": ("their file", "对方文件"),
    "theirs_id": ("their id", "对方标识"),
    "theirs_row": ("their row", "对方行"),
    "theirs_sheet": ("their sheet", "对方工作表"),
}  # fmt: skip

SENTENCES: Mapping[str, tuple[str, str]] = {
    "explained": ("Every line is explained.", "每一行都已说明。"),
    "unexplained": (
        "{lines} lines are unexplained or ambiguous and {rejected} rows were rejected.",
        "{lines} 行不明或待人工判断，{rejected} 行被剔除。",
    ),
    "rest_elsewhere": (
        "{shown} of {lines} rows are shown; all of them are in {name}.",
        "共 {lines} 行，此处显示 {shown} 行；全部内容见 {name}。",
    ),
    "bridge_sign": (
        "Each cause is ours - theirs: our balance less all causes is their balance.",
        "各原因均为我方减对方：我方余额减去各原因即为对方余额。",
    ),
    "decisions_unused": (
        "{count} decisions name lines that are not in this run and were not used.",
        "{count} 条决定所指的行不在本次对账中，未使用。",
    ),
}


def is_chinese(language: str) -> bool:
    """Tell whether a reader's language is Chinese."""
    return language.lower().startswith("zh")


def class_name(token: str, *, language: str) -> str:
    """Name a class or cause for a reader; an unknown token stands for itself."""
    return CLASS_NAMES.get(token, (token, token))[is_chinese(language)]


def word(code: str, *, language: str) -> str:
    """Name a column or part of a result for a reader."""
    return WORDS[code][is_chinese(language)]


def said(code: str, *, language: str, **parameters: object) -> str:
    """Say a sentence about a result to a reader."""
    return SENTENCES[code][is_chinese(language)].format_map(parameters)


def both(code: str) -> str:
    """Name a column in both languages, for files that readers of both open."""
    return " / ".join(WORDS.get(code, (code,)))


def class_both(token: str) -> str:
    """Name a class or cause in both languages."""
    return " / ".join(dict.fromkeys(CLASS_NAMES.get(token, (token,))))


def said_both(code: str, **parameters: object) -> str:
    """Say a sentence in both languages."""
    return " ".join(text.format_map(parameters) for text in SENTENCES[code])
