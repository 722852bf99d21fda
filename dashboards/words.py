"""Codes of the marts in words for people. Presentation only: unknown codes are shown as they are."""

import polars as pl

LABELS = {
    "smb": "SMB",
    "mid_market": "Mid-market",
    "enterprise": "Enterprise",
    "all": "All segments",
    "weekly": "Weekly",
    "biweekly": "Biweekly",
    "monthly": "Monthly",
    "quarterly_or_less": "Quarterly or less",
    "none": "None",
    "unknown": "Unknown",
    "coach": "Coach",
    "observe_or_role_play": "Observe or role-play",
    "deal_risk": "Deal at risk",
    "discovery": "Discovery",
    "demo": "Demo",
    "negotiation": "Negotiation",
    "one_on_one": "1:1",
    "other": "Other",
    "coaching": "Coaching",
    "inspection": "Inspection",
    "mixed": "Mixed",
    "price_stated": "Price stated",
    "discount_requested": "Discount requested",
    "objection": "Objection",
    "competitor_mentioned": "Competitor mentioned",
    "budget": "Budget",
    "next_step": "Next step",
    "decision_process": "Decision process",
    "skill_feedback": "Skill feedback",
    "practice": "Practice",
    "self_assessment": "Self-assessment",
    "action_commitment": "Agreed action",
    "deal_strategy": "Deal strategy",
    "wellbeing": "Well-being",
    "admin": "Admin",
    "event": "Ramped",
    "censored": "Still ramping",
    "left": "Left",
    "moved": "Moved",
    "error": "Error",
    "warning": "Warning",
    "info": "Info",
    "publish": "Told",
    "publish_with_caveat": "Told, with a caveat",
    "withhold": "Withheld",
    "primary": "Main",
    "sensitivity": "Beside it",
    "placebo": "Must be zero",
    "descriptive": "Descriptive, no cause",
    "under_coached_reps": "Coaching missing",
    "excess_ramp": "Ramp too long",
    "excess_leavers": "Leavers too many",
    "own_estimate": "Own estimate",
    "own_data": "Own data",
    "company_setting": "Company setting",
    "published_prior": "Published, see its flag",
    "assumption": "Assumption",
    "attrition": "Leaving",
    "ramp": "Ramping",
    "two_way_fe_lagged_attainment": "Main: within rep, team-month, tenure",
    "free_lags": "Without a half-life",
    "last_month_held": "Last month held too",
    "uncorrected": "Not corrected for what was misheard",
    "calendar_exposure": "Any 1:1 on the calendar",
    "survivors_only": "Only those still here",
    "mundlak_within": "Within rep, no earlier results",
    "mundlak_between": "Selection: who gets coached",
    "lead_of_exposure": "Placebo: coaching still to come",
    "partial_pooling": "By group",
    "did2s": "Main: two-stage difference in differences",
    "intention_to_treat": "Main: as assigned",
    "instrumental_variable": "Those whom the coin decided",
    "saturated_event_study": "By start cohort",
    "static_two_way_fe": "Static two-way effects",
    "before_after": "Before and after",
    "kaplan_meier_rmst_12": "Months not yet ramped, of 12",
    "productive_months_12": "Productive months, of 12",
    "aalen_johansen_12": "Ramped within 12 months",
    "aalen_johansen_median": "Median time to ramp",
    "finishers_mean": "What the mean of finishers says",
    "cox_time_varying": "Hazard, coaching month by month",
    "after_90_days": "After 90 days",
    "first_90_days": "First 90 days",
    "landmark_rmst_difference": "Coached in the first 3 months or not",
}
CODED_COLUMNS = (
    "segment",
    "group_name",
    "true_cadence_band",
    "calendar_cadence_band",
    "cadence_band",
    "band",
    "call_type",
    "session_label",
    "item_label",
    "kind",
    "ramp_status",
    "severity",
    "status",
    "verdict",
    "role",
    "component",
    "origin",
    "estimator",
    "question",
)


# Columns that hold nothing but codes: one without a label is written out.
WHOLLY_CODED = ("segment", "behaviour", "name", "diagnostic")


def in_words(frame: pl.DataFrame) -> pl.DataFrame:
    """``frame`` with the codes of its coded columns replaced by words; of ``part=code`` the code counts."""
    coded = [name for name in CODED_COLUMNS if name in frame.columns and name not in WHOLLY_CODED]
    wholly = [name for name in WHOLLY_CODED if name in frame.columns]
    return frame.with_columns(
        *(pl.col(name).replace(LABELS) for name in coded),
        *(
            pl.col(name).replace({code: label(code.rpartition("=")[2]) for code in frame[name].unique().drop_nulls()})
            for name in wholly
        ),
    )


def label(code: str | None) -> str:
    """One code in words; unknown is a dash."""
    return "–" if code is None else LABELS.get(code, code.replace("_", " ").capitalize())
