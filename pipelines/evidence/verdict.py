"""The written rule from checks to verdict. Significance is no criterion; every reason is a sentence to show."""

from dataclasses import dataclass

MIN_CLUSTERS, MIN_UNITS, MIN_VARYING, MIN_HEARD = 10, 60, 0.2, 0.5
CAVEAT_CLUSTERS, CAVEAT_POWER, LEAD_LEVEL = 30, 0.8, 0.01
DISAGREE_ERRORS, CORRECTION_ERRORS, UNSTABLE_ERRORS = 2.0, 1.0, 3.0
MIN_OWN_VARIATION = 0.001


@dataclass(frozen=True)
class Facts:
    """What the rule looks at. None: could not be computed, which is never a pass for what must be known."""

    n_clusters: int
    n_units: int
    varying_share: float
    heard_share: float | None
    agreement_known: bool
    own_variation: float | None = None  # share of the exposure's variance left after absorbed effects and controls
    power_5: float | None = None
    rows_missing: int = 0
    lead_p: float | None = None
    coprimary_errors: float | None = None
    correction_errors: float | None = None
    unstable_errors: float | None = None


def withhold_reasons(facts: Facts) -> list[str]:
    """Sentences that forbid a number."""
    found = []
    if facts.n_clusters < MIN_CLUSTERS:
        found.append(
            f"Only {facts.n_clusters} managers have rep-months that can be used; {MIN_CLUSTERS} are needed before an "
            f"interval means anything."
        )
    if facts.n_units < MIN_UNITS:
        found.append(f"Only {facts.n_units} reps can be used; {MIN_UNITS} are needed.")
    if facts.varying_share < MIN_VARYING:
        found.append(
            f"Coaching changes over time for {facts.varying_share:.0%} of reps; without change in at least "
            f"{MIN_VARYING:.0%} its effect cannot be told from who the reps are."
        )
    if not facts.agreement_known:
        found.append(
            "How well coaching is recognised has not been checked against people yet (no sensitivity and specificity), "
            "so its effect cannot be corrected for misjudged weeks."
        )
    if facts.heard_share is None or facts.heard_share < MIN_HEARD:
        share = "an unknown share" if facts.heard_share is None else f"{facts.heard_share:.0%}"
        found.append(f"Only {share} of the 1:1s held were heard; at least {MIN_HEARD:.0%} are needed.")
    if facts.own_variation is not None and facts.own_variation < MIN_OWN_VARIATION:
        found.append(
            "Within a team and month all reps were coached alike, so coaching cannot be told from the team's month."
        )
    if facts.unstable_errors is not None and facts.unstable_errors > UNSTABLE_ERRORS:
        found.append(
            f"Holding last month's attainment moves the estimate by {facts.unstable_errors:.1f} standard "
            f"errors: coaching follows slumps as they happen, and this panel cannot separate the two."
        )
    return found


def caveat_reasons(facts: Facts) -> list[str]:
    """Sentences that must stand beside the number."""
    found = []
    if facts.n_clusters < CAVEAT_CLUSTERS:
        found.append(f"Only {facts.n_clusters} managers: intervals are somewhat too narrow below {CAVEAT_CLUSTERS}.")
    if facts.power_5 is not None and facts.power_5 < CAVEAT_POWER:
        found.append(
            f"An effect of 5 points would be found in only {facts.power_5:.0%} of such data sets; about "
            f"{facts.rows_missing:,} more rep-months would make it 80 %."
        )
    if facts.lead_p is not None and facts.lead_p < LEAD_LEVEL:
        found.append(
            "Coaching that was still to come predicts attainment: managers react to results. Earlier attainment "
            "is held, which removes this only as far as it shows in monthly figures."
        )
    if facts.coprimary_errors is not None and facts.coprimary_errors > DISAGREE_ERRORS:
        found.append(
            f"The estimate without a half-life differs by {facts.coprimary_errors:.1f} standard errors: "
            f"coaching may fade faster or slower than assumed."
        )
    if facts.correction_errors is not None and facts.correction_errors > CORRECTION_ERRORS:
        found.append(
            f"Correcting for unheard and misjudged 1:1s moves the estimate by {facts.correction_errors:.1f} "
            f"standard errors."
        )
    return found
