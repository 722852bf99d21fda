"""The planted truth in numbers: what coaching, skill, programmes and luck do in this world, and how managers are.

``world.py`` lets them act; ``README.md`` explains them. Nothing on the line reads either.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Truth:
    """What is true in this world. Attainment is a fraction of quota: .09 is nine points."""

    coaching_effect: float = 0.09  # sustained weekly coaching against none
    half_life_weeks: float = 5.0  # of the coaching stock
    coached_minutes: float = 15.0  # true coaching minutes that make a week a coached week
    quality_effect: float = 0.03  # per z of the manager's quality, whatever they do
    attention_pull: float = 1.7  # log-odds of a 1:1 per unit of a manager's drifting attention to a rep
    ability_effect: float = 0.34  # times 1.05 - 0.95 exp(-z / 2): the weak fall behind further than the strong lead
    territory_effect: float = 0.05  # per z of the first manager's quality: good managers sit on better territories
    ai_feedback_effect: float = 0.06  # four weeks after a team's roll-out, in full
    ramp_speed_up: float = 0.15  # sustained weekly coaching makes ramp progress this much faster
    slump_pull: float = 0.8  # log-odds of a 1:1 per unit of slump in the month before
    new_hire_pull: float = 0.8  # log-odds of a 1:1 in the first half year
    base: tuple[float, float, float] = (0.915, 0.905, 0.895)  # attainment at full productivity, by segment
    ramp_months: tuple[float, float, float] = (4.5, 6.5, 10.0)  # to full productivity, by segment
    month_noise: tuple[float, float, float] = (0.11, 0.13, 0.16)
    slump_kept: float = 0.55  # of a rep's slump, from month to month
    slump_spread: float = 0.06
    skill_half_life_weeks: float = 12.0

    @property
    def stock_kept(self) -> float:
        """Share of the coaching stock that is left a week later."""
        return float(0.5 ** (1 / self.half_life_weeks))


TRUTH = Truth()

# Manager styles: log-odds of holding a rep's 1:1 in a week, and what the 1:1 then is.
STYLES = ("coach", "inspector", "absent")
STYLE_FROM_RANK = (0.58, 0.28)  # share of managers ranked below the coaches, and below the inspectors
HOLD_LOG_ODDS = (1.0, 0.4, -2.0)
SESSION_TYPES = ("coaching", "inspection", "mixed", "other")
SESSION_SHARES = ((0.80, 0.06, 0.10, 0.04), (0.06, 0.76, 0.13, 0.05), (0.25, 0.40, 0.20, 0.15))
COACHING_SHARES = ((0.68, 0.88), (0.03, 0.15), (0.35, 0.55), (0.05, 0.20))  # of the words, by session type

# Log-odds ratio of winning for a behaviour shown, seen from the outcome: the same ratio of showing it in won and lost.
LIFT = {"quantifies_impact": 0.7, "asks_decision_process": 0.5, "asks_multithread": 0.6, "holds_price": 0.4}
# A buyer who wants to buy makes these easy: they go with winning and do nothing for it.
EASED_BY_INTENT = {"sets_next_step": 0.6, "asks_budget": 0.35}
INTENT_BY_OUTCOME = {"won": 0.5, "lost": -0.3, "open": 0.0}

# Log-odds of showing a behaviour for an average rep, in the order of BEHAVIOURS.
BEHAVIOUR_BASE = (0.9, 0.2, 0.0, -0.5, 0.2, -0.2, -0.1, -0.4, -0.1, -0.6, 0.1, 0.7)
SKILL_PER_ABILITY, SKILL_SPREAD, SKILL_WHILE_RAMPING = 0.35, 0.6, -0.8
SKILL_PER_COACHED_WEEK, FOCUS_COUNT, SKILL_PER_TRAINING, SKILL_PER_AI_WEEK = 0.20, 3, 0.8, 0.03

MONTH_OF_QUARTER = (0.94, 0.97, 1.09)
QUARTER_LIFT = (-0.03, 0.0, -0.01, 0.04)
NEVER_RECORDS_SHARE = 0.15
SPEECH_SHARE = 0.8  # of a session's minutes somebody speaks
