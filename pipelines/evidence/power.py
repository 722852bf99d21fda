"""What could be told at all: power and detectable effects, printed before any effect. No outcome is looked at here."""

from scipy import stats

from pipelines.evidence.results import CI_LEVEL, Diagnostic

EFFECTS = (0.03, 0.05, 0.08, 0.11)  # attainment: 3, 5, 8, 11 points
CAVEAT_EFFECT, ENOUGH_POWER = 0.05, 0.8


def power(effect: float, std_error: float, df: float = float("inf")) -> float:
    """Chance that a two-sided test at 5 % tells ``effect`` from zero, given the standard error."""
    if not std_error > 0:
        return 0.0
    critical = stats.t.ppf(0.5 + CI_LEVEL / 2, df)
    shift = abs(effect) / std_error
    return float(stats.t.sf(critical - shift, df) + stats.t.cdf(-critical - shift, df))


def detectable(std_error: float, df: float = float("inf")) -> float:
    """Smallest effect that is told with 80 % power."""
    return float((stats.t.ppf(0.5 + CI_LEVEL / 2, df) + stats.t.ppf(ENOUGH_POWER, df)) * std_error)


def rows_needed(n_obs: int, std_error: float, effect: float, df: float = float("inf")) -> int:
    """Rep-months with which ``effect`` would be told with 80 % power, everything else as it is."""
    return int(n_obs * (detectable(std_error, df) / abs(effect)) ** 2) + 1


def power_diagnostics(question: str, estimator: str, std_error: float, n_obs: int, df: float) -> list[Diagnostic]:
    """Power at 3, 5, 8 and 11 points, and the smallest effect that can be told."""
    rows = []
    for effect in EFFECTS:
        value = power(effect, std_error, df)
        more = max(rows_needed(n_obs, std_error, effect, df) - n_obs, 0)
        words = f"A true effect of {effect * 100:.0f} points would be told from zero in {value:.0%} of such data sets"
        rows.append(
            Diagnostic(
                question,
                estimator,
                f"power_at_{effect * 100:.0f}_points",
                value,
                f"{words}."
                if not more or value >= ENOUGH_POWER
                else f"{words}; 80 % needs about {more:,} more rep-months.",
                ENOUGH_POWER,
                value >= ENOUGH_POWER if effect == CAVEAT_EFFECT else None,
            )
        )
    least = detectable(std_error, df)
    detail = f"Effects under {least * 100:.1f} points cannot be told reliably from these rows."
    return [*rows, Diagnostic(question, estimator, "detectable_effect", least, detail)]
