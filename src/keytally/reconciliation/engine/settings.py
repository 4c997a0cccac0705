"""How is this one run compared, when a person says it otherwise than the profile?"""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

from keytally.exchange.profile import MatchProfile, Measure
from keytally.kernel.periods import Period
from keytally.reconciliation.engine.messages import Refusal

_WHOLE = re.compile(r"\d{1,18}", re.ASCII)
_PER_CENT = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*%", re.ASCII)
_MEMORY = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]i?b)", re.ASCII | re.IGNORECASE)
_PPM_PER_CENT = 10_000
_ALL_PPM = 1_000_000


def with_measure(match: MatchProfile, measure: Measure | str | None) -> MatchProfile:
    """Compare by another measure."""
    if measure is None:
        return match
    try:
        return replace(match, measure=Measure(measure))
    except ValueError:
        raise _bad("--measure", measure, "it is amount, quantity or both", "只能是 amount、quantity 或 both") from None


def with_tolerance(match: MatchProfile, tolerance: str | int | None) -> MatchProfile:
    """Compare with another tolerance: minor units per link, or per cent of our amount.

    >>> with_tolerance(MatchProfile(), "0.5%").tolerance_ppm
    5000
    """
    if tolerance is None:
        return match
    text = str(tolerance).strip()
    if _WHOLE.fullmatch(text):
        return replace(match, tolerance_minor=int(text), tolerance_ppm=0)
    ppm = _parts_per_million(text)
    if ppm is None:
        raise _bad(
            "--tolerance",
            text,
            "it is whole minor units like 5 or a per cent like 0.5%",
            "应为整数最小货币单位（如 5）或百分比（如 0.5%）",
        )
    return replace(match, tolerance_minor=0, tolerance_ppm=ppm)


def with_window(match: MatchProfile, window: str | int | None) -> MatchProfile:
    """Compare with another window of days."""
    if window is None:
        return match
    text = str(window).strip()
    if not _WHOLE.fullmatch(text) or int(text) > 36_500:
        raise _bad("--window", text, "it is a number of days like 15", "应为天数，如 15")
    return replace(match, window_days=int(text))


def half_open(period: Period | str | None) -> tuple[date, date] | None:
    """Read the period of a run as half-open dates."""
    if period is None:
        return None
    if isinstance(period, str):
        try:
            period = Period.month(period.strip())
        except ValueError:
            raise _bad("--period", period, "it is a month like 2026-07", "应为月份，如 2026-07") from None
    return period.starts_on, period.ends_before


def checked_memory(memory: str) -> str:
    """Read how much memory may be used.

    >>> checked_memory("4 gb")
    '4GB'
    """
    found = _MEMORY.fullmatch(memory.strip())
    if not found or not Decimal(found[1]):
        raise _bad("--memory", memory, "it is a size like 4GB", "应为大小，如 4GB")
    return found[1] + found[2].upper().replace("I", "i")


def checked_threads(threads: str | int | None) -> int | None:
    """Read how many threads may be used."""
    if threads is None:
        return None
    text = str(threads).strip()
    if not _WHOLE.fullmatch(text) or not 1 <= int(text) <= 1024:
        raise _bad("--threads", text, "it is a number from 1 to 1024", "应为 1 到 1024 的整数")
    return int(text)


def _parts_per_million(text: str) -> int | None:
    found = _PER_CENT.fullmatch(text)
    if not found:
        return None
    ppm = Decimal(found[1]) * _PPM_PER_CENT
    return int(ppm) if ppm == ppm.to_integral_value() and ppm <= _ALL_PPM else None


def _bad(name: str, value: object, hint: str, hint_zh: str) -> Refusal:
    return Refusal("setting_bad", name=name, value=value, hint=hint, hint_zh=hint_zh)
