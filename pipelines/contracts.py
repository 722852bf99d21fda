"""One schema per lake table: what a row must look like to be written. No reading, no writing, no business rules.

Raw tables are text as the source gave it (casting is staging's work), so for them only names and types are fixed.
Every raw table also carries ``_source_file`` (the export the row came from), ``_source_row`` (its place there, from
0) and dlt's ``_dlt_load_id``. Derived tables are dataframely schemas and carry ``date``, the UTC date of the call's
start, which is also their partition.
"""

import dataframely as dy
import polars as pl

TEXT = pl.String()
PROVENANCE: dict[str, pl.DataType] = {"_source_file": TEXT, "_source_row": pl.Int64(), "_dlt_load_id": TEXT}


def _raw(text: str, **typed: pl.DataType) -> dict[str, pl.DataType]:
    """Schema of a raw table: text columns by name, others with their type, then provenance."""
    return dict.fromkeys(text.split(), TEXT) | typed | PROVENANCE


RAW_TABLES: dict[str, dict[str, pl.DataType]] = {
    # What landed: one row per export and load. An export's newest completed load here tells which of its rows count.
    "raw_ingest__files": _raw(
        "connector content_hash", byte_count=pl.Int64(), row_count=pl.Int64(), quarantined_row_count=pl.Int64()
    ),
    # CRM, HubSpot-shaped. Amounts, booleans and times as the API gives them: text.
    "raw_hubspot__owners": _raw("id email first_name last_name user_id team_id archived created_at updated_at"),
    "raw_hubspot__deals": _raw(
        "id dealname amount deal_currency_code dealstage pipeline dealtype closedate createdate hubspot_owner_id "
        "hs_forecast_category hs_next_step risk_note closed_lost_reason archived merged_into_id created_at updated_at"
    ),
    "raw_hubspot__deal_property_history": _raw("deal_id property value changed_at source_type changed_by"),
    "raw_hubspot__contacts": _raw("id email firstname lastname jobtitle associatedcompanyid archived updated_at"),
    "raw_hubspot__companies": _raw("id name domain industry numberofemployees country archived updated_at"),
    "raw_hubspot__deal_associations": _raw("deal_id to_object_type to_object_id association_label"),
    "raw_hubspot__pipeline_stages": _raw(
        "pipeline_id pipeline_label stage_id stage_label display_order probability is_closed is_won"
    ),
    # CRM, Salesforce-shaped: fields in snake case, ids of 15 characters.
    "raw_salesforce__opportunities": _raw(
        "id name amount currency_iso_code stage_name close_date created_date owner_id account_id type "
        "forecast_category_name next_step loss_reason risk_note is_closed is_won is_deleted system_modstamp"
    ),
    "raw_salesforce__opportunity_field_history": _raw(
        "id opportunity_id field old_value new_value created_by_id created_date"
    ),
    "raw_salesforce__opportunity_contact_roles": _raw("id opportunity_id contact_id role is_deleted"),
    "raw_salesforce__opportunity_splits": _raw(
        "id opportunity_id split_owner_id split_percentage split_type_name is_deleted"
    ),
    "raw_salesforce__users": _raw("id email name first_name last_name is_active"),
    "raw_salesforce__accounts": _raw(
        "id name website industry number_of_employees billing_country is_deleted system_modstamp"
    ),
    "raw_salesforce__contacts": _raw("id account_id email first_name last_name title is_deleted system_modstamp"),
    "raw_salesforce__opportunity_stages": _raw("master_label is_closed is_won sort_order default_probability"),
    # Call recorder, Gong-shaped. `parties` and `deal_ids` are JSON text.
    "raw_gong__users": _raw("id email_address first_name last_name title manager_id active created"),
    "raw_gong__calls": _raw(
        "id title started primary_user_id direction scope system language is_private parties deal_ids",
        duration_seconds=pl.Float64(),
    ),
    "raw_gong__transcript_sentences": _raw(
        "call_id speaker_id topic text",
        sentence_index=pl.Int64(),
        start_seconds=pl.Float64(),
        end_seconds=pl.Float64(),
    ),
    # Recordings from a folder: the audio itself lies in the lake under audio/, named by its content hash.
    "raw_folder__recordings": _raw(
        "call_id audio_sha256 audio_path file_name title started_at started_at_rule call_kind call_type consent "
        "participants deal_ids engine",
        byte_count=pl.Int64(),
        session_seconds=pl.Float64(),
        is_excerpt=pl.Boolean(),
    ),
    # People and plans.
    "raw_hr__employees": _raw(
        "employee_id email full_name job_title role segment country time_zone hire_date leave_date leave_reason"
    ),
    "raw_hr__assignments": _raw(
        "employee_id manager_employee_id team_id team_name segment job_title valid_from valid_to change_reason"
    ),
    "raw_hr__absences": _raw("employee_id starts_on ends_on kind"),
    "raw_quota__quotas": _raw("employee_id period_start period_end quota_amount currency quota_kind is_overlay"),
    "raw_calendar__events": _raw(
        "event_uid calendar_owner_email summary starts_at ends_at attendees status is_recurring is_all_day"
    ),
    "raw_training__events": _raw("training_id employee_id behaviour_id title kind trained_on"),
    "raw_training__programmes": _raw("programme_id name kind team_id starts_on"),
    "raw_consent__calls": _raw("call_id consent recorded_at retain_until"),
    "raw_survey__team_quarters": _raw(
        "team_id quarter_start leader_employee_id leader_claimed_minutes_per_rep_week leader_rating rep_answer_count "
        "rep_reported_minutes_per_week rep_rating rep_share_very_good rep_share_below_average"
    ),
    # The app store, read back like any source. Pulses leave it as team x quarter aggregates only.
    "raw_app__reviews": _raw(
        "review_id call_id behaviour_id rubric_id rubric_version reviewer_email verdict note reviewed_at "
        "is_blind sampled_by"
    ),
    "raw_app__role_corrections": _raw("correction_id call_id speaker role corrected_by corrected_at"),
    "raw_app__acknowledgements": _raw("acknowledgement_id call_id behaviour_id employee_email acknowledged_at"),
    "raw_app__risk_flags": _raw("flag_id deal_id risk_signal flagged_by flagged_at"),
    "raw_app__queue_outcomes": _raw("outcome_id item_id outcome reason recorded_by recorded_at"),
    "raw_app__correction_acknowledgements": _raw(
        "acknowledgement_id correction_id sequence employee_email acknowledged_at"
    ),
    "raw_app__unsubscribes": _raw("email unsubscribed_at"),
    "raw_app__digest_messages": _raw("message_id week_start recipient_email channel status sent_at"),
    "raw_app__pulses": _raw("team_id quarter_start question respondent_kind answer_count mean_answer share_very_good"),
}

ROLES = ["rep", "customer", "manager", "unknown"]
CALL_KINDS = ["external", "one_on_one", "other"]


class _Dated(dy.Schema):
    """What every derived table begins with."""

    date = dy.Date(nullable=False)
    call_id = dy.String(nullable=False, min_length=3)


class TranscriptCalls(_Dated):
    """One row per call that was heard, or that should have been and says in ``status`` why it was not."""

    source = dy.String(nullable=False)  # folder, gong
    call_kind = dy.Enum(CALL_KINDS, nullable=False)
    call_type = dy.String(nullable=True)  # discovery, demo, negotiation, other; one_on_one; null: not known
    title = dy.String(nullable=True)
    started_at = dy.Datetime(time_zone="UTC", nullable=False)
    duration_seconds = dy.Float64(nullable=True, min=0)  # of what was heard
    session_seconds = dy.Float64(nullable=True, min=0)  # of the whole session
    is_excerpt = dy.Bool(nullable=False)
    status = dy.String(nullable=False)  # transcribed, no_consent, past_retention, unsupported_language, no_speech
    audio_sha256 = dy.String(nullable=True)
    language = dy.String(nullable=True)
    engine = dy.String(nullable=True)  # faster-whisper, openai-whisper, vendor
    model = dy.String(nullable=True)
    channel_count = dy.Int64(nullable=True)  # separate speaker channels; 1: mixed, null: vendor transcript
    role_confidence = dy.Float64(nullable=True, min=0, max=1)  # lowest over the speakers that matter
    role_rule = dy.String(nullable=True)
    mean_word_probability = dy.Float64(nullable=True, min=0, max=1)
    speech_ratio = dy.Float64(nullable=True, min=0, max=1)
    dropped_segment_count = dy.Int64(nullable=True, min=0)
    utterance_count = dy.Int64(nullable=False, min=0)
    primary_email = dy.String(nullable=True)  # the rep (external) or the manager (1:1) as the source names them
    participants = dy.List(
        dy.Struct(
            {
                "participant_id": dy.String(nullable=True),
                "email": dy.String(nullable=True),
                "name": dy.String(nullable=True),
                "role": dy.String(nullable=True),
                "channel": dy.Int64(nullable=True),
            },
            nullable=False,
        ),
        nullable=False,
    )
    deal_ids = dy.List(dy.String(nullable=False), nullable=False)


class TranscriptUtterances(_Dated):
    """Continuous speech by one speaker, in order of time; text is masked."""

    utterance_index = dy.Int64(nullable=False, min=0)
    start_seconds = dy.Float64(nullable=False, min=0)
    end_seconds = dy.Float64(nullable=False, min=0)
    channel = dy.Int64(nullable=True, min=0)
    speaker = dy.String(nullable=False)
    role = dy.Enum(ROLES, nullable=False)
    role_confidence = dy.Float64(nullable=False, min=0, max=1)
    text = dy.String(nullable=False)


class TranscriptWords(_Dated):
    """Words of our own transcripts (vendors give none)."""

    utterance_index = dy.Int64(nullable=False, min=0)
    word_index = dy.Int64(nullable=False, min=0)
    start_seconds = dy.Float64(nullable=False, min=0)
    end_seconds = dy.Float64(nullable=False, min=0)
    text = dy.String(nullable=False)
    probability = dy.Float64(nullable=True, min=0, max=1)


class SignalsCalls(_Dated):
    """One row per call x signal. ``value`` is null where the signal is unknown, with the reason beside it."""

    signal = dy.String(nullable=False)
    value = dy.Float64(nullable=True)
    numerator = dy.Float64(nullable=True)
    denominator = dy.Float64(nullable=True)
    null_reason = dy.String(nullable=True)


class ScoresBehaviours(_Dated):
    """One row per call x behaviour of the rubric that was applied."""

    rubric_id = dy.String(nullable=False)
    rubric_version = dy.Int64(nullable=False)
    behaviour_id = dy.String(nullable=False)
    is_applicable = dy.Bool(nullable=False)
    is_met = dy.Bool(nullable=True)  # null: not applicable, or the scorer abstained
    probability = dy.Float64(nullable=True, min=0, max=1)
    is_abstained = dy.Bool(nullable=False)
    opportunity_utterance_index = dy.Int64(nullable=True)
    evidence_utterance_index = dy.Int64(nullable=True)  # best span; evidence_count says how many there are
    evidence_start_seconds = dy.Float64(nullable=True)
    evidence_end_seconds = dy.Float64(nullable=True)
    evidence_quote = dy.String(nullable=True)
    evidence_count = dy.Int64(nullable=False, min=0)
    scorer = dy.String(nullable=False)
    scorer_version = dy.String(nullable=False)
    fallback_reason = dy.String(nullable=True)  # why the judge was not used
    scored_as_of = dy.Date(nullable=False)


class MomentsCalls(_Dated):
    """One row per moment in a call."""

    moment_id = dy.String(nullable=False)  # <call_id>#<kind>#<utterance_index>
    kind = dy.String(nullable=False)
    utterance_index = dy.Int64(nullable=False)
    start_seconds = dy.Float64(nullable=False)
    end_seconds = dy.Float64(nullable=False)
    role = dy.Enum(ROLES, nullable=False)
    quote = dy.String(nullable=False)
    why = dy.String(nullable=True)


class SessionsOneOnOnes(_Dated):
    """One row per 1:1 that was heard. Minutes are speech time of what was heard, not extrapolated."""

    session_label = dy.String(nullable=False)  # coaching, inspection, mixed, other
    coaching_minutes = dy.Float64(nullable=False, min=0)
    inspection_minutes = dy.Float64(nullable=False, min=0)
    other_minutes = dy.Float64(nullable=False, min=0)
    speech_minutes = dy.Float64(nullable=False, min=0)
    rep_talk_ratio = dy.Float64(nullable=True, min=0, max=1)
    is_action_agreed = dy.Bool(nullable=True)
    classifier = dy.String(nullable=False)
    classifier_version = dy.String(nullable=False)


class SessionsMinutesByKind(_Dated):
    """One row per heard 1:1 x utterance kind that occurs in it."""

    kind = dy.String(nullable=False)
    minutes = dy.Float64(nullable=False, min=0)
    word_count = dy.Int64(nullable=False, min=0)


class RubricsBehaviours(dy.Schema):
    """Text of a rubric that was applied, one row per behaviour; ``date`` is the rubric's publication date."""

    date = dy.Date(nullable=False)
    rubric_id = dy.String(nullable=False)
    rubric_version = dy.Int64(nullable=False)
    behaviour_id = dy.String(nullable=False)
    name = dy.String(nullable=False)
    description = dy.String(nullable=True)
    weight = dy.Float64(nullable=False, min=0)
    target_ratio = dy.Float64(nullable=True, min=0, max=1)
    call_types = dy.List(dy.String(nullable=False), nullable=False)  # empty: every call type
    trigger = dy.String(nullable=True)  # moment without which there is no opportunity
    rubric_hash = dy.String(nullable=False)


class QuarantineRows(dy.Schema):
    """Rows that broke a contract on their way in. ``date`` is the as-of date of the run that met them."""

    date = dy.Date(nullable=False)
    row_id = dy.String(nullable=False)  # hash of table, file and payload: the same bad row keeps its id
    table_name = dy.String(nullable=False)
    source_file = dy.String(nullable=True)
    source_row = dy.Int64(nullable=True)
    rule = dy.String(nullable=False)
    reason = dy.String(nullable=False)
    payload = dy.String(nullable=True)


class QuarantineFiles(dy.Schema):
    """Files that could not be read; the file itself lies in ``quarantine/``."""

    date = dy.Date(nullable=False)
    file_name = dy.String(nullable=False)
    sha256 = dy.String(nullable=False)
    byte_count = dy.Int64(nullable=False)
    stage = dy.String(nullable=False)  # ingest, speech
    reason = dy.String(nullable=False)


class ChecksExpectations(dy.Schema):
    """Result of one expectation on one landed table; ``date`` is the as-of date."""

    date = dy.Date(nullable=False)
    suite = dy.String(nullable=False)
    table_name = dy.String(nullable=False)
    expectation = dy.String(nullable=False)
    column_name = dy.String(nullable=True)
    is_success = dy.Bool(nullable=False)
    row_count = dy.Int64(nullable=False)
    unexpected_count = dy.Int64(nullable=True)
    example = dy.String(nullable=True)
    meaning = dy.String(nullable=False)  # the expectation in words


class EstimatesRuns(dy.Schema):
    """One row per estimation run. ``date`` is the as-of date of the data; a date holds one run, replaced when its key
    changes."""

    date = dy.Date(nullable=False)
    run_id = dy.String(nullable=False)  # hash of inputs, config, code and seed
    run_at = dy.Datetime(time_zone="UTC", nullable=False)  # midnight of the as-of date: no code reads the clock
    code_version = dy.String(nullable=False)
    data_as_of = dy.Date(nullable=False)
    seed = dy.Int64(nullable=False)
    config = dy.String(nullable=False)  # JSON


class EstimatesEstimates(dy.Schema):
    """One row per run x question x estimand x segment x estimator. Numbers are null where the verdict is withhold.

    Questions: coaching_effect, rollout, nudges, ramp, attrition, training_decay, manager_lottery, power. ``segment`` is
    ``all`` or ``<what>=<value>`` (``tier=low``, ``true_band=weekly``, ``manager=hr:17``, ``behaviour=asks_budget``).
    """

    date = dy.Date(nullable=False)
    run_id = dy.String(nullable=False)
    question = dy.String(nullable=False)
    estimand = dy.String(nullable=False)
    population = dy.String(nullable=False)
    exposure = dy.String(nullable=False)
    outcome = dy.String(nullable=False)
    unit = dy.String(nullable=False)  # of the estimate: attainment, share, months, log hazard, days, variance share
    contrast = dy.String(nullable=False)
    segment = dy.String(nullable=False)
    estimator = dy.String(nullable=False)
    role = dy.Enum(["descriptive", "primary", "sensitivity", "placebo"], nullable=False)
    estimate = dy.Float64(nullable=True)
    std_error = dy.Float64(nullable=True, min=0)
    ci_low = dy.Float64(nullable=True)
    ci_high = dy.Float64(nullable=True)
    ci_level = dy.Float64(nullable=False, min=0, max=1)
    p_value = dy.Float64(nullable=True, min=0, max=1)
    q_value = dy.Float64(nullable=True, min=0, max=1)
    n_obs = dy.Int64(nullable=False, min=0)
    n_units = dy.Int64(nullable=False, min=0)
    n_clusters = dy.Int64(nullable=True, min=0)
    n_events = dy.Int64(nullable=True, min=0)
    window_start = dy.Date(nullable=True)
    window_end = dy.Date(nullable=True)
    identification = dy.Enum(
        ["descriptive", "selection_on_observables", "fixed_effects", "did", "randomised"], nullable=False
    )
    assumptions = dy.String(nullable=False)
    caveat = dy.String(nullable=True)  # a sentence; never null unless the verdict is publish
    verdict = dy.Enum(["publish", "publish_with_caveat", "withhold"], nullable=False)


class EstimatesDiagnostics(dy.Schema):
    """One row per check behind an estimate; the verdict follows from these (``pipelines/evidence/verdict.py``)."""

    date = dy.Date(nullable=False)
    run_id = dy.String(nullable=False)
    question = dy.String(nullable=False)
    estimator = dy.String(nullable=False)
    segment = dy.String(nullable=False)
    diagnostic = dy.String(nullable=False)
    value = dy.Float64(nullable=True)
    threshold = dy.Float64(nullable=True)
    passed = dy.Bool(nullable=True)  # null: a figure for reading, not a test
    detail = dy.String(nullable=False)  # in words


class EstimatesCurves(dy.Schema):
    """One row per point of a curve (event study, ramp, survival, decay)."""

    date = dy.Date(nullable=False)
    run_id = dy.String(nullable=False)
    question = dy.String(nullable=False)
    estimator = dy.String(nullable=False)
    segment = dy.String(nullable=False)
    x = dy.Float64(nullable=False)
    estimate = dy.Float64(nullable=False)
    ci_low = dy.Float64(nullable=True)
    ci_high = dy.Float64(nullable=True)
    n_at_risk = dy.Int64(nullable=True, min=0)


class EstimatesGapCost(dy.Schema):
    """Cost of the coaching gap: one row per run x team x quarter x component."""

    date = dy.Date(nullable=False)
    run_id = dy.String(nullable=False)
    team_id = dy.String(nullable=False)
    quarter_start = dy.Date(nullable=False)
    component = dy.Enum(["under_coached_reps", "excess_ramp", "excess_leavers"], nullable=False)
    currency = dy.String(nullable=False)
    unit_count = dy.Float64(nullable=False, min=0)  # under-coached rep-quarters, excess ramp months, excess leavers
    cost_low = dy.Float64(nullable=False)
    cost_mid = dy.Float64(nullable=False)
    cost_high = dy.Float64(nullable=False)
    inputs = dy.String(
        nullable=False
    )  # JSON list: name, low, mid, high, origin[own_estimate|own_data|company_setting|published_prior], note
    caveat = dy.String(nullable=False)


class CoachingCorrections(dy.Schema):
    """Transitions of corrections, one row each; ``date`` is the as-of date of the run that wrote it. Rows stand."""

    date = dy.Date(nullable=False)
    correction_id = dy.String(nullable=False)  # <rep_id>#<behaviour_id>#<number>
    rep_id = dy.String(nullable=False)
    behaviour_id = dy.String(nullable=False)
    sequence = dy.Int64(nullable=False, min=1)
    state = dy.Enum(["open", "resurfaced", "provisional", "confirmed", "relapsed", "retired"], nullable=False)
    changed_at = dy.Datetime(time_zone="UTC", nullable=False)
    reason = dy.String(nullable=False)
    call_ids = dy.List(dy.String(nullable=False), nullable=False, min_length=1)
    nudge_count = dy.Int64(nullable=False, min=0)  # times shown since it was last opened
    due_on = dy.Date(nullable=True)  # next reminder; null where none is planned
    evidence_at = dy.Datetime(time_zone="UTC", nullable=False)  # of the last call behind the row
    rubric = dy.String(nullable=False)


class CoachingNudges(dy.Schema):
    """A coin per rep, behaviour and week, flipped before the week, and what came of it; ``date`` is the Monday of the week."""

    date = dy.Date(nullable=False)
    rep_id = dy.String(nullable=False)
    behaviour_id = dy.String(nullable=False)
    is_assigned = dy.Bool(nullable=False)
    assigned_share = dy.Float64(nullable=False, min=0, max=1)
    seed = dy.Int64(nullable=False)
    assigned_on = dy.Date(nullable=False)
    is_received = dy.Bool(nullable=True)  # this and what follows: null until the week is over
    opportunity_count = dy.Int64(nullable=True, min=0)
    met_count = dy.Int64(nullable=True, min=0)
    hit_rate_before = dy.Float64(nullable=True, min=0, max=1)


class CoachingQueue(dy.Schema):
    """A manager's week, one row per item; ``date`` is the Monday of the week, and a date holds the week of everybody."""

    date = dy.Date(nullable=False)
    item_id = dy.String(nullable=False)
    made_as_of = dy.Date(nullable=False)
    manager_id = dy.String(nullable=False)
    rank = dy.Int64(nullable=False, min=1)
    rep_id = dy.String(nullable=False)
    behaviour_id = dy.String(nullable=True)  # null: about a deal's risks
    deal_id = dy.String(nullable=True)  # the deal to talk about
    label = dy.Enum(["coach", "observe_or_role_play", "deal_risk"], nullable=False)
    is_floor = dy.Bool(nullable=False)
    minutes = dy.Float64(nullable=False, min=0)
    expected_value = dy.Float64(nullable=False)  # money per minute
    expected_gain = dy.Float64(nullable=False)  # money
    money_at_stake = dy.Float64(nullable=False)
    currency = dy.String(nullable=True)
    expected_gap = dy.Float64(nullable=False)
    p_gap_real = dy.Float64(nullable=True, min=0, max=1)  # null: about a deal's risks
    hits = dy.Int64(nullable=True)
    opportunities = dy.Int64(nullable=True)
    team_rate = dy.Float64(nullable=True, min=0, max=1)
    effect_log_odds = dy.Float64(nullable=False)
    is_effect_own = dy.Bool(nullable=False)
    multiplier = dy.Float64(nullable=False)
    source_weight = dy.Float64(nullable=False)
    risk_signals = dy.List(dy.String(nullable=False), nullable=False)
    listen_call_id = dy.String(nullable=True)
    listen_start_seconds = dy.Float64(nullable=True)
    listen_end_seconds = dy.Float64(nullable=True)
    why = dy.String(nullable=False)
    how_sure = dy.String(nullable=False)
    worth = dy.String(nullable=False)
    questions = dy.List(dy.String(nullable=False), nullable=False)
    agenda = dy.String(nullable=False)


LAKE_TABLES: dict[str, type[dy.Schema]] = {
    "transcripts__calls": TranscriptCalls,
    "transcripts__utterances": TranscriptUtterances,
    "transcripts__words": TranscriptWords,
    "signals__calls": SignalsCalls,
    "scores__behaviours": ScoresBehaviours,
    "moments__calls": MomentsCalls,
    "sessions__one_on_ones": SessionsOneOnOnes,
    "sessions__minutes_by_kind": SessionsMinutesByKind,
    "rubrics__behaviours": RubricsBehaviours,
    "quarantine__rows": QuarantineRows,
    "quarantine__files": QuarantineFiles,
    "checks__expectations": ChecksExpectations,
    "estimates__runs": EstimatesRuns,
    "estimates__estimates": EstimatesEstimates,
    "estimates__diagnostics": EstimatesDiagnostics,
    "estimates__curves": EstimatesCurves,
    "estimates__gap_cost": EstimatesGapCost,
    "coaching__corrections": CoachingCorrections,
    "coaching__nudges": CoachingNudges,
    "coaching__queue": CoachingQueue,
}
