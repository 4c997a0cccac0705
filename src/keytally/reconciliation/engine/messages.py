"""Why can a run not give a result, in the reader's language? A code with parameters, rendered late."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, runtime_checkable

from keytally.reconciliation.engine.contract import Stopped, UnableToRun

REFUSALS: Mapping[str, tuple[str, str]] = {
    "input_missing": (
        "There is no file or folder {path}; check the path.",
        "没有文件或文件夹 {path}，请检查路径。",
    ),
    "input_unreadable": (
        "{path} cannot be read ({problem}); check its permissions.",
        "无法读取 {path}（{problem}），请检查权限。",
    ),
    "out_is_file": (
        "{path} is a file, not a folder; choose another output folder.",
        "{path} 是文件而不是文件夹，请另选输出文件夹。",
    ),
    "out_has_others": (
        "The output folder {path} holds {name}, which is no result of keytally; choose another or an empty folder.",
        "输出文件夹 {path} 中有 {name}，它不是 keytally 的结果；请另选一个文件夹或使用空文件夹。",
    ),
    "out_not_ours": (
        "The output folder {path} holds {name} but no summary.json of keytally; choose another or an empty folder.",
        "输出文件夹 {path} 中有 {name}，却没有 keytally 的 summary.json；请另选一个文件夹或使用空文件夹。",
    ),
    "out_inside_input": (
        "The output folder {path} lies inside the input {input}; choose a folder outside it.",
        "输出文件夹 {path} 位于输入 {input} 之内，请选择其外的文件夹。",
    ),
    "out_holds_input": (
        "The input {input} lies inside the output folder {path}; choose another output folder.",
        "输入 {input} 位于输出文件夹 {path} 之内，请另选输出文件夹。",
    ),
    "out_unwritable": (
        "Nothing can be written into the output folder {path} ({problem}); check its permissions or choose another.",
        "无法写入输出文件夹 {path}（{problem}），请检查权限或另选一个。",
    ),
    "out_in_use": (
        "Another run is writing into {path}; wait for it or choose another output folder.",
        "另一个任务正在写入 {path}，请等它结束或另选输出文件夹。",
    ),
    "disk_full": (
        "The disk of {path} is full or its quota is used up; free some space or choose a folder on another disk.",
        "{path} 所在的磁盘已满或配额已用完，请腾出空间或把输出文件夹设在另一块磁盘上。",
    ),
    "memory_short": (
        "The run needs more than the {memory} of memory it may use; allow more with --memory.",
        "运行所需内存超过允许的 {memory}，请用 --memory 放宽。",
    ),
    "engine_failed": (
        "The engine stopped with {problem}; nothing was written, please report it with the input's shape.",
        "引擎中止：{problem}；没有写出任何结果，请附上输入的样式报告此问题。",
    ),
    "stopped": (
        "The run was stopped; nothing was written into {path}, and a new start goes on with the files already read.",
        "运行已停止，{path} 中没有写入结果；再次启动时会接着用已读取的文件。",
    ),
    "profile_missing": (
        "There is no profile {path}; check the path.",
        "没有导入方案 {path}，请检查路径。",
    ),
    "profile_unreadable": (
        "The profile {path} cannot be used: {problem}.",
        "导入方案 {path} 无法使用：{problem}。",
    ),
    "question_open": (
        "{questions} (--propose writes a profile to correct, --profile reads it).",
        "{questions}（--propose 写出导入方案供修改，--profile 读取）。",
    ),
    "table_missing": (
        "There is no file {path}; check the path.",
        "没有文件 {path}，请检查路径。",
    ),
    "table_unreadable": (
        "{path} cannot be read as a UTF-8 CSV or Parquet file ({problem}); save it as UTF-8 CSV.",
        "{path} 无法作为 UTF-8 CSV 或 Parquet 文件读取（{problem}），请另存为 UTF-8 CSV。",
    ),
    "column_missing": (
        "{path} has no column {column}; its header must be {header}.",
        "{path} 缺少列 {column}，表头应为 {header}。",
    ),
    "column_twice": (
        "{path} has the column {column} twice; keep one of them.",
        "{path} 中列 {column} 出现两次，请只保留一个。",
    ),
    "cell_empty": (
        "{path} row {row}: column {column} is empty; fill it in or take the row out.",
        "{path} 第 {row} 行：列 {column} 为空，请填写或删除该行。",
    ),
    "cell_no_date": (
        "{path} row {row}: column {column} holds {value}, which is no date; write it like 2026-07-31.",
        "{path} 第 {row} 行：列 {column} 的“{value}”不是日期，请写成 2026-07-31 的样式。",
    ),
    "cell_no_decision": (
        "{path} row {row}: column {column} holds {value}; a decision is accept or refuse.",
        "{path} 第 {row} 行：列 {column} 的“{value}”无效，决定只能是 accept 或 refuse。",
    ),
    "cell_control": (
        "{path} row {row}: column {column} holds a control character; take it out.",
        "{path} 第 {row} 行：列 {column} 含有控制字符，请去掉。",
    ),
    "row_too_long": (
        "{path} row {row}: there are more cells than columns in the header; quote values that hold a comma.",
        "{path} 第 {row} 行：单元格多于表头的列，含逗号的值请加引号。",
    ),
    "ends_first": (
        "{path} row {row}: column to ({last}) lies before column from ({first}); turn them around.",
        "{path} 第 {row} 行：列 to（{last}）早于列 from（{first}），请对调。",
    ),
    "decided_twice": (
        "{path} row {row}: column decision says the opposite of row {other} about the same pair; keep one of them.",
        "{path} 第 {row} 行：列 decision 与第 {other} 行对同一对的决定相反，请只保留一个。",
    ),
    "setting_bad": (
        "{name} cannot be {value}; {hint}.",
        "{name} 不能是 {value}；{hint_zh}。",
    ),
}  # fmt: skip


@runtime_checkable
class Translated(Protocol):
    """An error that can say itself in a reader's language."""

    def text(self, language: str) -> str:
        """Say it in the reader's language."""


class Refusal(UnableToRun):
    """A run that cannot be, as a code of `REFUSALS` with its parameters."""

    def __init__(self, code: str, **parameters: object) -> None:
        self.code = code
        self.parameters = parameters
        super().__init__(self.text("en"))

    def text(self, language: str) -> str:
        """Say why in the reader's language, in one sentence."""
        english, chinese = REFUSALS[self.code]
        template = chinese if language.startswith("zh") else english
        return template.format_map({name: _in_language(value, language) for name, value in self.parameters.items()})


class RunStopped(Refusal, Stopped):
    """Somebody stopped the run; what was read stays in the cache."""

    def __init__(self, *, path: Path) -> None:
        super().__init__("stopped", path=path)


class Forwarded(UnableToRun):
    """A run that cannot be because something below it, in its own words, could not."""

    def __init__(self, error: Translated) -> None:
        self.error = error
        super().__init__(self.text("en"))

    def text(self, language: str) -> str:
        """Say why in the reader's language, in one sentence."""
        return one_line(self.error.text(language))


def sentence(error: Exception, *, language: str) -> str:
    """Say an anticipated error in the reader's language, on one line."""
    return one_line(error.text(language) if isinstance(error, Translated) else error)


def _in_language(value: object, language: str) -> str:
    return one_line(value.text(language) if isinstance(value, Translated) else value)


def one_line(value: object) -> str:
    """Write a value on one line, so that no file name or cell can break a sentence in two."""
    text = " ".join(str(value).split())
    return "".join(character for character in text if character.isprintable())
