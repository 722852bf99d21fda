"""What a call is by its title: discovery, demo, negotiation or other; null where the title does not tell.

Titles are what people type, so each type has several spellings; the one named first in a title counts.
"""

import polars as pl

# Rust regular expressions on the lower-cased title.
SPELLINGS = {
    "discovery": (
        r"\bdisco(very)?\b",
        r"\bintro(duction|ductory)?\b",
        r"\b(first|initial|fit|exploratory) (call|meeting|chat|conversation)\b",
        r"\bqualif\w+|\bneeds\b|\bexplor\w+|\bscoping\b|\bgetting to know\b",
    ),
    "demo": (
        r"\bdemos?\b|\bdemonstration\b|\bshowcase\b|\bdeep[- ]dive\b",
        r"\bwalk[- ]?through\b|\b(product|platform) (tour|overview|session)\b",
        r"\bproof of concept\b|\bpoc\b|\bpilot\b|\btechnical (session|review)\b",
    ),
    "negotiation": (
        r"\bnegotiat\w+|\bpric(e|es|ing)\b|\bterms\b|\bcommercials?\b|\bdiscount\w*|\bquote\b",
        r"\bcontract\w*|\bproposal\b|\bredlines?\b|\bprocurement\b|\bagreement\b|\bpaperwork\b|\bmsa\b",
        r"\bclos(e|ing) (call|plan)\b",
    ),
    "other": (
        r"\bqbr\b|\bbusiness review\b|\bonboarding\b|\bkick[- ]?off\b|\bimplementation\b|\brenewal\b",
        r"\bsupport\b|\btraining\b|\bcheck[- ]?in\b",
    ),
}
ONE_ON_ONE = (
    r"\b1\s*(:|-|on|/|x|&)\s*1\b|\b1o1\b|\bone[- ]?(on|to)[- ]?one\b|\bo3\b",
    r"\bweekly (sync|catch[- ]?up|check[- ]?in)\b|\bcoaching\b|\b(pipeline|deal|forecast) review\b",
)


def call_type(title: pl.Expr) -> pl.Expr:
    """Type of an external call by its title; null for no title and for one that says nothing."""
    lowered = title.str.to_lowercase()
    positions = {name: lowered.str.find("|".join(patterns)) for name, patterns in SPELLINGS.items()}
    first = pl.min_horizontal(*positions.values())
    chosen = pl.coalesce(pl.when(position == first).then(pl.lit(name)) for name, position in positions.items())
    return chosen.cast(pl.String)


def is_one_on_one_title(title: pl.Expr) -> pl.Expr:
    """Whether the title of an internal call reads like a manager's meeting with one report."""
    return title.str.to_lowercase().str.contains("|".join(ONE_ON_ONE)).fill_null(value=False)
