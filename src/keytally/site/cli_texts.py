"""What does the command say, in English and in Chinese?"""

import os
from collections.abc import Mapping

TEXTS: Mapping[str, tuple[str, str]] = {
    "about": (
        "keytally: key accounts that tally.",
        "keytally：对得上账的重点客户管理。",
    ),
    "about_reconcile": (
        "Tally two sides line by line and draw the bridge between their balances. Exit 0: every line is explained;"
        " 1: a line is unexplained or ambiguous, or a row was rejected; 2: could not run.",
        "逐行核对两方账目，并给出两个余额之间的调节表。"
        "退出码 0：每一行都已说明；1：有不明、待判断或被剔除的行；2：无法运行。",
    ),
    "short_reconcile": ("Tally two sides line by line, with no server.", "逐行核对两方账目，无需服务器。"),
    "short_manage": ("Run a management command of the server.", "运行服务器的管理命令。"),
    "commands": ("commands", "命令"),
    "inputs": ("the two sides", "两方账目"),
    "matching": ("how they are compared", "如何比对"),
    "running": ("how it runs", "如何运行"),
    "usage": ("usage: ", "用法："),
    "help_ours": ("our file or folder: xlsx, xls, csv, tsv, parquet", "我方文件或文件夹：xlsx、xls、csv、tsv、parquet"),
    "help_theirs": ("their file or folder", "对方文件或文件夹"),
    "help_propose": ("write the proposed profile, explain it, and stop", "写出并说明建议的导入方案，不做对账"),
    "help_profile": ("profile to read and compare by (TOML)", "读取与比对所用的导入方案（TOML）"),
    "help_store_map": ("store codes: ours,theirs[,from,to]", "门店代码对照：ours,theirs[,from,to]"),
    "help_item_map": ("item codes: ours,gtin,theirs[,from,to]", "单品代码对照：ours,gtin,theirs[,from,to]"),
    "help_measure": ("what must agree", "必须相符的内容"),
    "help_period": ("month to tally, like 2026-07", "对账月份，如 2026-07"),
    "help_tolerance": (
        "minor units per link (5), or per cent of our amount (0.5%%)",
        "每一配对的容差：最小货币单位（5）或我方金额的百分比（0.5%%）",
    ),
    "help_window": ("days that counterparts may lie apart", "对应行日期最多相差的天数"),
    "help_memory": ("memory that may be used before spilling to disk", "可用内存，超出部分写到磁盘"),
    "help_threads": ("threads to use", "使用的线程数"),
    "help_out": ("folder for the result", "结果文件夹"),
    "help_json": ("write summary.json to standard output, and nothing else", "标准输出只写 summary.json"),
    "help_no_report": ("leave report.xlsx out", "不写 report.xlsx"),
    "help_accept": ("pairs that a person accepted or refused (CSV)", "人工接受或拒绝的配对（CSV）"),
    "help_lang": ("language of the texts", "文字语言"),
    "help_help": ("show this help", "显示帮助"),
    "help_version": ("show the version", "显示版本"),
    "bad_arguments": ("{problem}; see keytally reconcile --help.", "{problem}；用法见 keytally reconcile --help。"),
    "arguments_missing": ("{names} must be given", "缺少参数 {names}"),
    "arguments_unknown": ("{names} is not understood", "无法识别 {names}"),
    "value_missing": ("{names} needs a value", "{names} 需要一个值"),
    "choice_bad": ("{names} cannot be {value}; choose from {choices}", "{names} 不能是 {value}，可选 {choices}"),
    "not_together": ("{names} do not go together", "{names} 不能同时使用"),
    "starting": ("keytally {version}: reading {ours} and {theirs}", "keytally {version}：读取 {ours} 和 {theirs}"),
    "reading": (
        "reading {side}: {rows} rows, file {number} of {files}",
        "读取{side}：{rows} 行，第 {number}/{files} 个文件",
    ),
    "step": (
        "[{number}/{steps}] {step}: {matched} of {lines} lines matched",
        "[{number}/{steps}] {step}：{lines} 行中已配对 {matched} 行",
    ),
    "writing": ("writing {name}", "写出 {name}"),
    "stopping": ("stopping ...", "正在停止……"),
    "failed": ("keytally: {why}", "keytally：{why}"),
    "unforeseen": (
        "keytally: a fault of the program: {problem} ({place}); please report it, KEYTALLY_TRACEBACK=1 shows more.",
        "keytally：程序缺陷：{problem}（{place}）；请报告此问题，设置 KEYTALLY_TRACEBACK=1 可看到更多信息。",
    ),
    "result_in": ("The result is in {folder}: {names}.", "结果在 {folder}：{names}。"),
    "profile_in": ("The proposed profile is {file}.", "建议的导入方案已写入 {file}。"),
    "next": (
        "Correct it where it is wrong, then: keytally reconcile {ours} {theirs} --profile {file}",
        "如有不对请修改，然后运行：keytally reconcile {ours} {theirs} --profile {file}",
    ),
    "note": ("note: {text}", "提示：{text}"),
    "question": ("to answer: {text}", "请作答：{text}"),
    "certain": ("{percent} sure", "把握 {percent}"),
    "manage_missing": (
        "the server part cannot be started ({problem})",
        "服务器部分无法启动（{problem}）",
    ),
}


def language_of(arguments: list[str]) -> str:
    """Tell the reader's language before the arguments are parsed: `--lang`, else what the terminal is set to."""
    for place, argument in enumerate(arguments):
        if argument == "--lang" and place + 1 < len(arguments):
            return arguments[place + 1]
        if argument.startswith("--lang="):
            return argument.removeprefix("--lang=")
    told = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if told.lower().startswith("zh") else "en"


def say(code: str, language: str, /, **parameters: object) -> str:
    """Say a text of the command in the reader's language."""
    return TEXTS[code][language.startswith("zh")].format_map(parameters)
