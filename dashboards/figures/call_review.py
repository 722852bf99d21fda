"""Figures of the page Call review: the list of calls and 1:1s, and everything about one of them."""

from dashboards.figure import Figure

CALLS = Figure(
    title="Customer calls",
    meaning=(
        "Customer calls that were heard, newest first (at most 500). Behaviours: met, of those that could be shown "
        "and were judged. Talk ratio is empty where it is not sure who is the rep."
    ),
    sql="""
        select
            calls.call_date,
            calls.title,
            coalesce(reps.full_name, calls.rep_id) as rep,
            calls.call_type,
            calls.session_seconds / 60 as minutes,
            calls.talk_ratio,
            calls.met_count,
            calls.applicable_count,
            calls.moment_count,
            calls.is_reviewed,
            calls.audio_sha256 is not null as has_audio,
            calls.call_id
        from fct_calls as calls
        left join dim_reps as reps using (rep_id)
        where
            calls.is_recorded
            and ($rep_id is null or calls.rep_id = $rep_id)
            and ($call_type is null or calls.call_type = $call_type)
            and (not $only_audio or calls.audio_sha256 is not null)
            and (not $only_open or not calls.is_reviewed)
        order by calls.started_at desc, calls.call_id
        limit 500
    """,
    empty="No call that was heard fits.",
)

SESSIONS = Figure(
    title="Manager 1:1s",
    meaning="Manager 1:1s that were heard, newest first (at most 500), with the minutes of each kind.",
    sql="""
        select
            sessions.session_date as call_date,
            coalesce(managers.full_name, sessions.manager_id) as manager,
            coalesce(reps.full_name, sessions.rep_id) as rep,
            sessions.session_label,
            sessions.session_minutes as minutes,
            sessions.coaching_minutes,
            sessions.inspection_minutes,
            sessions.is_action_agreed,
            sessions.call_id like 'folder:%' as has_audio,
            sessions.call_id
        from fct_coaching_sessions as sessions
        left join dim_reps as reps using (rep_id)
        left join dim_managers as managers on sessions.manager_id = managers.manager_id
        where
            sessions.is_heard
            and ($rep_id is null or sessions.rep_id = $rep_id)
            and (not $only_audio or sessions.call_id like 'folder:%')
        order by sessions.started_at desc, sessions.call_id
        limit 500
    """,
    empty="No 1:1 recordings: true cadence unknown, calendar cadence shown.",
)

CALL = Figure(
    title="The call",
    meaning="What is known about this call or 1:1.",
    sql="""
        select
            'external' as call_kind,
            calls.title,
            calls.call_type,
            calls.started_at,
            coalesce(reps.full_name, calls.rep_id) as rep,
            calls.deal_id,
            calls.role_confidence,
            calls.is_excerpt,
            calls.engine,
            calls.model,
            calls.session_seconds / 60 as minutes
        from fct_calls as calls
        left join dim_reps as reps using (rep_id)
        where calls.call_id = $call_id

        union all

        select
            'one_on_one',
            '1:1 with ' || coalesce(reps.full_name, sessions.rep_id),
            'one_on_one',
            sessions.started_at,
            coalesce(reps.full_name, sessions.rep_id),
            null,
            sessions.role_confidence,
            sessions.is_excerpt,
            null,
            null,
            sessions.session_minutes
        from fct_coaching_sessions as sessions
        left join dim_reps as reps using (rep_id)
        where sessions.call_id = $call_id
    """,
)

SCORES = Figure(
    title="Scores",
    meaning=(
        "Each behaviour of the rubric: whether it could be shown in this call, whether it was, and the words that "
        "prove it. The definition is the rubric's. A score is about this call alone."
    ),
    sql="""
        select
            scores.rubric_id,
            scores.rubric_version,
            scores.behaviour_id,
            coalesce(behaviours.behaviour_name, scores.behaviour_id) as behaviour,
            behaviours.description as definition,
            scores.is_applicable,
            scores.is_met,
            scores.is_abstained,
            scores.probability,
            scores.evidence_quote,
            scores.evidence_start_seconds,
            scores.scorer,
            scores.scorer_version,
            scores.review_verdict
        from fct_behaviour_scores as scores
        left join dim_behaviours as behaviours using (rubric_id, rubric_version, behaviour_id)
        where scores.call_id = $call_id
        order by
            scores.is_applicable desc,
            scores.is_met desc nulls last,
            scores.evidence_start_seconds,
            behaviour,
            scores.rubric_id,
            scores.rubric_version,
            scores.behaviour_id
    """,
    empty="This call has not been scored.",
)

TO_ASK = Figure(
    title="Calls to answer blind",
    meaning=(
        "Scores of the last four weeks you may be asked about before seeing them: some calls drawn at random, which measure "
        "the scorer, and some it was unsure of. 1:1s are judged by leaders only: nobody grades their own coaching."
    ),
    sql="""
        select
            scores.call_id,
            scores.call_kind,
            scores.rubric_id,
            scores.rubric_version,
            scores.behaviour_id,
            coalesce(behaviours.behaviour_name, scores.behaviour_id) as behaviour,
            behaviours.description as definition,
            scores.is_applicable,
            scores.is_abstained,
            scores.probability
        from fct_behaviour_scores as scores
        left join dim_behaviours as behaviours using (rubric_id, rubric_version, behaviour_id)
        where
            scores.call_date > (select max(call_date) - 28 from fct_behaviour_scores)
            and (scores.call_kind = 'external' or $with_one_on_ones)
        order by scores.call_id, behaviour, scores.rubric_id, scores.rubric_version, scores.behaviour_id
    """,
    empty="No call of the last four weeks is left to answer.",
)

MOMENTS = Figure(
    title="Moments",
    meaning=(
        "Where a price, a discount, an objection, a competitor, budget, a next step or the decision process comes up."
    ),
    sql="""
        select moment_id, kind, start_seconds, role, quote, why
        from fct_moments
        where call_id = $call_id
        order by start_seconds, moment_id
    """,
    empty="No such moment was found.",
)

SIGNALS = Figure(
    title="Signals",
    meaning=(
        "Measured, not judged. A dash: unknown, for the reason in the last column. For coaching, not for employment "
        "decisions."
    ),
    sql="""
        select signal, value, definition, unknown_when
        from fct_calls
        cross join lateral (
            values
                (
                    1, 'Talk ratio', format('{:.0f} %', 100 * talk_ratio),
                    'Rep speech / (rep + customer speech); silence left out',
                    'roles unsure, or under 2 minutes of speech'
                ),
                (
                    2, 'Talk share of the call', format('{:.0f} %', 100 * talk_ratio_total),
                    'Rep speech / call duration; never compared with the talk ratio',
                    'roles unsure, or under 2 minutes of speech'
                ),
                (
                    3, 'Longest monologue', format('{:.0f} s', longest_monologue_seconds),
                    'Longest rep turn; short gaps and "mm-hmm" do not end it',
                    'no rep speech, or roles unsure'
                ),
                (
                    4, 'Longest customer story', format('{:.0f} s', longest_customer_story_seconds),
                    'Longest customer turn',
                    'no customer speech, or roles unsure'
                ),
                (
                    5, 'Speaker switches', format('{:.1f} a minute', switches_per_minute),
                    'Switches of speaker per minute of speech',
                    'under 2 minutes of speech'
                ),
                (
                    6, 'Patience', format('{:.1f} s', patience_seconds),
                    'Median gap before the rep answers the customer; negative: overlap',
                    'fewer than 5 switches'
                ),
                (
                    7, 'Questions', format('{:.0f}', question_count),
                    'Questions the rep asked, question mark or not',
                    'roles unsure'
                ),
                (
                    8, 'Questions an hour', format('{:.0f} an hour', questions_per_hour),
                    'Rep questions per hour of call',
                    'roles unsure'
                ),
                (
                    9, 'Open questions', format('{:.0f} %', 100 * open_question_share),
                    'Open questions / rep questions',
                    'no questions'
                ),
                (
                    10, 'Interruptions', format('{:.1f} an hour', interruptions_per_hour),
                    'Rep starts over 0.3 s before the customer ends, and goes on',
                    'one channel, or a vendor transcript'
                ),
                (
                    11, 'Speaking rate', format('{:.0f} words a minute', words_per_minute),
                    'Rep words per minute of rep speech',
                    'no rep speech'
                ),
                (
                    12, 'Fillers', format('{:.1f} per 100 words', filler_rate),
                    'Rep fillers per 100 words',
                    'no rep words'
                ),
                (
                    13, 'Customer share, first third', format('{:.0f} %', 100 * customer_speech_share_first_third),
                    'Customer share of speech in the first third of the call',
                    'roles unsure'
                ),
                (
                    14, 'First price', format('minute {:.0f}', price_mention_minute),
                    'When the first price was said',
                    'no price was said'
                ),
                (
                    15, 'First next step', format('minute {:.0f}', next_step_minute),
                    'When the first next step was said',
                    'no next step was said'
                )
        ) as signals (signal_order, signal, value, definition, unknown_when)
        where call_id = $call_id
        order by signal_order
    """,
    empty="Signals are measured on customer calls only.",
)

MINUTES_BY_KIND = Figure(
    title="What the time went to",
    meaning=(
        "Minutes of speech of each kind in this 1:1, extended to the whole session where only an excerpt was heard. "
        "Skill feedback, practice, self-assessment, agreed actions and deal strategy count as coaching."
    ),
    sql="""
        select kinds.kind, kinds.kind_group, kinds.minutes, kinds.word_count
        from fct_coaching_minutes_by_kind as kinds
        inner join fct_coaching_sessions as sessions using (session_id)
        where sessions.call_id = $call_id
        order by kinds.minutes desc, kinds.kind
    """,
    empty="Minutes by kind are of manager 1:1s only.",
)
