-- What was said and scored in the small company of warehouse_lake.py, drawn at the rates of the demo's calls.
-- In: its raw tables, a table `behaviours`, variables first_day, last_day, calls. Out: a table for each derived lake table.
-- Drawn by hashes of ids: the same lake every time, whatever the order of rows.
create macro draw(key, salt) as (hash(key || salt) % 1000003) / 1000003.0;

create table seat_days as
select
    employees.employee_id,
    employees.email,
    days.day
from raw_hr__assignments as assignments
inner join raw_hr__employees as employees using (employee_id)
inner join (
    select cast(unnest(generate_series(getvariable('first_day'), getvariable('last_day'), interval 1 day)) as date) as day
) as days on days.day between cast(assignments.valid_from as date) and coalesce(cast(assignments.valid_to as date), '9999-12-31')
where assignments.job_title like 'Account Executive%'
    and isodow(days.day) <= 5
    and days.day <= coalesce(cast(employees.leave_date as date), '9999-12-31');

-- A call on a working day of somebody in a selling seat, on most of them about a deal of theirs.
create table calls as
select
    'x' || row_number() over (order by day, employee_id, number_of_day) as id,
    *
from (
    select
        seat_days.*,
        numbers.number_of_day
    from seat_days, (select unnest(range(4)) as number_of_day) as numbers
    order by draw(seat_days.employee_id || seat_days.day || numbers.number_of_day, 'call')
    limit getvariable('calls')
) as chosen;

create table deals_of_owner as
select
    owners.email,
    list('hubspot:' || deals.id order by deals.id) as deals
from raw_hubspot__deals as deals
inner join raw_hubspot__owners as owners on deals.hubspot_owner_id = owners.id
group by owners.email;

create table transcripts__calls as
select
    calls.day as date,
    'gong:' || calls.id as call_id,
    'gong' as source,
    'external' as call_kind,
    ['discovery', 'demo', 'negotiation', 'other'][1 + cast(floor(draw(calls.id, 'type') * 4) as integer)] as call_type,
    'Call ' || calls.id as title,
    calls.day + interval 9 hour + cast(floor(draw(calls.id, 'at') * 480) as integer) * interval 1 minute as started_at,
    1200 + floor(draw(calls.id, 'long') * 1800) as duration_seconds,
    duration_seconds as session_seconds,
    false as is_excerpt,
    case when draw(calls.id, 'status') < 0.02 then 'no_consent' else 'transcribed' end as status,
    cast(null as varchar) as audio_sha256,
    'eng' as language,
    'vendor' as engine,
    cast(null as varchar) as model,
    cast(null as bigint) as channel_count,
    1 - 0.3 * power(draw(calls.id, 'role'), 4) as role_confidence,
    'participant_list' as role_rule,
    cast(null as double) as mean_word_probability,
    cast(null as double) as speech_ratio,
    cast(null as bigint) as dropped_segment_count,
    120 as utterance_count,
    calls.email as primary_email,
    [{
        'participant_id': 's' || calls.id, 'email': calls.email, 'name': cast(null as varchar), 'role': 'rep',
        'channel': cast(null as bigint)
    }] as participants,
    case
        when draw(calls.id, 'linked') < 0.9 and owned.deals is not null
            then [owned.deals[1 + cast(floor(draw(calls.id, 'deal') * len(owned.deals)) as integer)]]
        else cast([] as varchar [])
    end as deal_ids
from calls
left join deals_of_owner as owned on calls.email = owned.email;

insert into transcripts__calls by name
select
    cast(cast(recorded.started as timestamptz) as date) as date,
    'gong:' || recorded.id as call_id,
    'gong' as source,
    'one_on_one' as call_kind,
    'one_on_one' as call_type,
    recorded.title,
    cast(cast(recorded.started as timestamptz) as timestamp) as started_at,
    recorded.duration_seconds,
    recorded.duration_seconds as session_seconds,
    false as is_excerpt,
    'transcribed' as status,
    'eng' as language,
    'vendor' as engine,
    1.0 as role_confidence,
    'reporting_line' as role_rule,
    40 as utterance_count,
    users.email_address as primary_email,
    list_transform(
        from_json(recorded.parties, '[{"emailAddress": "VARCHAR"}]'),
        lambda party: {
            'participant_id': cast(null as varchar), 'email': party.emailAddress, 'name': cast(null as varchar),
            'role': cast(null as varchar), 'channel': cast(null as bigint)
        }
    ) as participants,
    cast([] as varchar []) as deal_ids
from raw_gong__calls as recorded
inner join raw_gong__users as users on recorded.primary_user_id = users.id
where recorded.scope = 'Internal';

insert into raw_gong__calls by name
select
    calls.id,
    'Call ' || calls.id as title,
    strftime(transcripts.started_at, '%Y-%m-%dT%H:%M:%S.000Z') as started,
    users.id as primary_user_id,
    'Conference' as direction,
    'External' as scope,
    'Zoom' as system,
    'eng' as language,
    'false' as is_private,
    '[]' as parties,
    '[]' as deal_ids,
    transcripts.duration_seconds,
    'gong/calls/' || strftime(calls.day, '%Y-%m') || '.jsonl' as _source_file,
    1000000 + row_number() over (order by calls.id) as _source_row
from calls
inner join transcripts__calls as transcripts on 'gong:' || calls.id = transcripts.call_id
inner join raw_gong__users as users on calls.email = users.email_address;

create table heard as
select
    date,
    call_id,
    call_kind
from transcripts__calls
where status = 'transcribed';

create table signals__calls as
select
    heard.date,
    heard.call_id,
    signals.signal,
    case when draw(heard.call_id, signals.signal) < 0.93 then draw(heard.call_id, signals.signal || 'value') end as value,
    value * 100 as numerator,
    100.0 as denominator,
    case when value is null then 'speech under 120 s' end as null_reason
from heard, (
    select unnest([
        'talk_ratio', 'talk_ratio_total', 'longest_monologue_seconds', 'longest_customer_story_seconds', 'switches_per_minute',
        'patience_seconds', 'question_count', 'questions_per_hour', 'open_question_share', 'interruptions_per_hour',
        'words_per_minute', 'filler_rate', 'customer_speech_share_first_third', 'price_mention_minute', 'next_step_minute'
    ]) as signal
) as signals
where heard.call_kind = 'external';

create table scores__behaviours as
select
    heard.date,
    heard.call_id,
    behaviours.rubric_id,
    behaviours.rubric_version,
    behaviours.behaviour_id,
    draw(heard.call_id, behaviours.behaviour_id || 'applies') < 0.75 as is_applicable,
    case
        when is_applicable and draw(heard.call_id, behaviours.behaviour_id || 'sure') < 0.98
            then draw(heard.call_id, behaviours.behaviour_id || 'met') < 0.6
    end as is_met,
    case when is_applicable then round(draw(heard.call_id, behaviours.behaviour_id || 'p'), 4) end as probability,
    is_applicable and is_met is null as is_abstained,
    case when is_applicable then 10 end as opportunity_utterance_index,
    case when is_met then cast(floor(draw(heard.call_id, behaviours.behaviour_id || 'at') * 100) as bigint) end
        as evidence_utterance_index,
    evidence_utterance_index * 12.5 as evidence_start_seconds,
    evidence_utterance_index * 12.5 + 9 as evidence_end_seconds,
    case
        when is_met
            then 'And what would ' || behaviours.behaviour_id || ' be worth in the ' || hash(heard.call_id) % 5000
                || ' plants you named, if ' || evidence_utterance_index || ' days fell away?'
    end as evidence_quote,
    case when is_met then 1 else 0 end as evidence_count,
    'rubric-examples' as scorer,
    '2' as scorer_version,
    cast(null as varchar) as fallback_reason,
    heard.date as scored_as_of
from heard
inner join behaviours
    on case heard.call_kind when 'external' then 'sales_call' else 'one_on_one' end = behaviours.rubric_id;

create table moments__calls as
select
    heard.date,
    heard.call_id,
    kinds.kind,
    cast(floor(draw(heard.call_id, kinds.kind || 'at') * 100) as bigint) as utterance_index,
    heard.call_id || '#' || kinds.kind || '#' || utterance_index as moment_id,
    utterance_index * 12.5 as start_seconds,
    utterance_index * 12.5 + 9 as end_seconds,
    'customer' as role,
    'We would look at ' || kinds.kind || ' with the ' || hash(heard.call_id) % 5000 || ' others.' as quote,
    cast(null as varchar) as why
from heard, (
    select unnest([
        'price_stated', 'discount_requested', 'objection', 'competitor_mentioned', 'budget', 'next_step', 'decision_process'
    ]) as kind
) as kinds
where heard.call_kind = 'external' and draw(heard.call_id, kinds.kind) < 0.6;

create table sessions__one_on_ones as
select
    date,
    call_id,
    ['coaching', 'inspection', 'mixed'][1 + cast(floor(draw(call_id, 'label') * 3) as integer)] as session_label,
    12 + 10 * draw(call_id, 'coaching') as coaching_minutes,
    10 * draw(call_id, 'inspection') as inspection_minutes,
    2.0 as other_minutes,
    coaching_minutes + inspection_minutes + other_minutes as speech_minutes,
    0.4 as rep_talk_ratio,
    draw(call_id, 'action') < 0.6 as is_action_agreed,
    'kind-examples' as classifier,
    '1' as classifier_version
from heard
where call_kind = 'one_on_one';

create table sessions__minutes_by_kind as
select
    sessions.date,
    sessions.call_id,
    kinds.kind,
    kinds.share * case kinds.minutes_of
        when 'coaching' then sessions.coaching_minutes
        when 'inspection' then sessions.inspection_minutes
        else sessions.other_minutes
    end as minutes,
    100 as word_count
from sessions__one_on_ones as sessions, (
    values ('skill_feedback', 'coaching', 0.6), ('practice', 'coaching', 0.4), ('inspection', 'inspection', 1.0), ('admin', 'other', 1.0)
) as kinds (kind, minutes_of, share);

insert into raw_app__reviews by name
select
    'r' || scores.call_id || scores.behaviour_id as review_id,
    scores.call_id,
    scores.behaviour_id,
    scores.rubric_id,
    cast(scores.rubric_version as varchar) as rubric_version,
    'agree' as verdict,
    strftime(scores.date + interval 1 day, '%Y-%m-%dT09:00:00.000Z') as reviewed_at,
    'app_store:reviews' as _source_file,
    row_number() over (order by scores.call_id, scores.behaviour_id) as _source_row,
    calls.email as reviewer_email
from scores__behaviours as scores
inner join calls on scores.call_id = 'gong:' || calls.id
where scores.date < getvariable('last_day') and draw(scores.call_id, scores.behaviour_id || 'review') < 0.005;
