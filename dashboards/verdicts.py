"""Estimates in plain words: a row of ``fct_estimates`` in, sentences out. No SQL, no drawing, no rule of its own.

The verdict itself is a column; what it takes to earn one is in ``pipelines/evidence``.
"""

import math
from collections.abc import Mapping
from typing import Any

from dashboards.figure import UNKNOWN


def number(value: float | None, unit: str) -> str:
    """A number in its unit; unknown is a dash. Log hazards are written as the ratio they mean."""
    if value is None or math.isnan(value):
        return UNKNOWN
    written = {
        "attainment": f"{100 * value:+.1f} points",
        "share": f"{100 * value:.0f} %",
        "variance share": f"{100 * value:.0f} %",
        "log hazard": f"{math.exp(value):.2f} times the rate",
    }
    return written.get(unit, f"{value:.1f} {unit}").replace("-", "−")


def interval(row: Mapping[str, Any]) -> str:
    """``95 % interval a to b``; empty without one."""
    if row["ci_low"] is None or row["ci_high"] is None:
        return ""
    low, high = number(row["ci_low"], row["unit"]), number(row["ci_high"], row["unit"])
    return f"{100 * row['ci_level']:.0f} % interval {low} to {high}"


def sentence(row: Mapping[str, Any] | None, subject: str, nothing: str) -> str:
    """What can be said about ``subject``, as Markdown: the number with its interval and caveat, or why there is none."""
    if row is None:
        return nothing
    if row["verdict"] == "withhold":
        return f"**{subject}: we cannot tell yet.** {row['caveat']}"
    between = f" ({interval(row)})" if interval(row) else ""
    contrast = "" if row["contrast"].startswith("none") else f", {row['contrast']}"
    told = f"**{subject}: {number(row['estimate'], row['unit'])}{between}**{contrast}."
    zero = _says_zero(row)
    return " ".join(part for part in (told, zero, row["caveat"] or "") if part)


def _says_zero(row: Mapping[str, Any]) -> str:
    """An interval that holds 0 says so: significance is no criterion for a verdict, and readers ask."""
    if row["unit"] not in ("attainment", "log hazard") or row["ci_low"] is None:
        return ""
    return "No effect at all lies inside the interval." if row["ci_low"] <= 0 <= row["ci_high"] else ""
