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
    "kind",
    "ramp_status",
    "severity",
    "status",
)


def in_words(frame: pl.DataFrame) -> pl.DataFrame:
    """``frame`` with the codes of its coded columns replaced by words."""
    coded = [name for name in CODED_COLUMNS if name in frame.columns]
    return frame.with_columns(pl.col(coded).replace(LABELS)) if coded else frame


def label(code: str | None) -> str:
    """One code in words; unknown is a dash."""
    return "–" if code is None else LABELS.get(code, code.replace("_", " ").capitalize())
