"""A company of five reps and three managers, written by hand so that every number of the marts can be worked out on paper.

As-of date 2026-06-30 (a Tuesday). Quarter 2 of 2026 has 65 working days (22 in April, 21 in May, 22 in June), quarter 1 has 63
(New Year's Day off), so a quota of 65,000 is 1,000 a working day. The 13 complete weeks up to the as-of date begin on
2026-03-30 and end on 2026-06-28.

    Ann   (A)  SMB, under Mia throughout.
    Ben   (B)  SMB, hired on Monday 2026-05-11, ramp quota of half the full one.
    Cem   (C)  SMB under Mia, enterprise under Max from 2026-05-16; HR's rows overlap by five days.
    Dee   (D)  enterprise under Max, left on 2026-03-31; a quota for quarter 2 is still in the sheet.
    Eve   (E)  mid-market under Moe, hired inside the data on 2026-01-05; a recorded 1:1 every Monday, so her coaching is known
               from the first week on: the one rep whose exposure has no unknown part. No quota.

Deals are in HubSpot; Salesforce, of a company that was bought, holds three more.
"""

import datetime as dt

from dbt_tiny_lake import LOAD, Row, complete_load, derive, land

from pipelines.lake import Lake

AS_OF = dt.date(2026, 6, 30)
FIRST_WEEK = dt.date(2026, 3, 30)
WEEKS = [FIRST_WEEK + dt.timedelta(weeks=week) for week in range(13)]
UTC = dt.UTC


def write(lake: Lake) -> None:
    """Land and derive everything about the company."""
    lake.create_tables()
    complete_load(lake, LOAD)
    _people(lake)
    _plans(lake)
    _deals(lake)
    _deals_of_the_other_crm(lake)
    _calls(lake)
    _one_on_ones(lake)
    _surveys(lake)
    _dirt(lake)


def _people(lake: Lake) -> None:
    def employee(key: str, name: str, role: str, hired: str, **more: str) -> Row:
        row = {"employee_id": key, "email": f"{name}@tiny.example", "full_name": name.title(), "role": role}
        return row | {"hire_date": hired, "country": "US", "time_zone": "UTC"} | more

    land(
        lake,
        "raw_hr__employees",
        [
            employee("A", "ann", "rep", "2024-01-01"),
            employee("B", "ben", "rep", "2026-05-11"),
            employee("C", "cem", "rep", "2024-01-01"),
            employee("D", "dee", "rep", "2024-01-01", leave_date="2026-03-31", leave_reason="resigned"),
            employee("E", "eve", "rep", "2026-01-05"),
            employee("M", "mia", "manager", "2023-01-01"),
            employee("O", "moe", "manager", "2023-01-01"),
            employee("X", "max", "manager", "2023-01-01"),
            employee("V", "vic", "vp", "2022-01-01"),
        ],
    )

    def seat(key: str, manager: str, team: str, start: str, end: str | None = None, **more: str) -> Row:
        segment = {"S": "smb", "E": "enterprise", "T": "mid_market"}.get(team, "")
        row = {"employee_id": key, "manager_employee_id": manager, "team_id": team, "team_name": f"Team {team}"}
        return row | {"segment": segment, "job_title": "Account Executive", "valid_from": start, "valid_to": end} | more

    land(
        lake,
        "raw_hr__assignments",
        [
            seat("A", "M", "S", "2024-01-01"),
            seat("B", "M", "S", "2026-05-11"),
            seat("C", "M", "S", "2024-01-01", "2026-05-20"),
            seat("C", "X", "E", "2026-05-16", change_reason="transfer"),
            seat("D", "X", "E", "2024-01-01", "2026-03-31"),
            seat("E", "O", "T", "2026-01-05"),
            seat("M", "V", "L", "2023-01-01", job_title="Sales Manager"),
            seat("O", "V", "L", "2023-01-01", job_title="Sales Manager"),
            seat("X", "V", "L", "2023-01-01", job_title="Sales Manager"),
        ],
    )
    # Ann's leave takes 5 working days of June out of seat; Mia's holiday takes 5 working days from her week.
    land(
        lake,
        "raw_hr__absences",
        [
            {"employee_id": "A", "starts_on": "2026-06-22", "ends_on": "2026-06-26", "kind": "parental_leave"},
            {"employee_id": "M", "starts_on": "2026-04-06", "ends_on": "2026-04-10", "kind": "vacation"},
        ],
    )


def _plans(lake: Lake) -> None:
    q1 = {"period_start": "2026-01-01", "period_end": "2026-03-31", "currency": "USD", "is_overlay": "false"}
    q2 = {"period_start": "2026-04-01", "period_end": "2026-06-30", "currency": "USD", "is_overlay": "false"}
    land(
        lake,
        "raw_quota__quotas",
        [
            {"employee_id": "A", "quota_amount": "63,000.00", "quota_kind": "full"} | q1,
            {"employee_id": "A", "quota_amount": "65000", "quota_kind": "full"} | q2,
            {"employee_id": "B", "quota_amount": "65000", "quota_kind": "full"} | q2,
            {"employee_id": "B", "quota_amount": "32500", "quota_kind": "ramp"} | q2,
            {"employee_id": "B", "quota_amount": "130000", "quota_kind": "full"} | q2 | {"is_overlay": "true"},
            {"employee_id": "C", "quota_amount": "6500", "quota_kind": "full"} | q2,
            {"employee_id": "C", "quota_amount": "65000", "quota_kind": "full"} | q2,  # the newer of two
            {"employee_id": "D", "quota_amount": "65000", "quota_kind": "full"} | q2,
        ],
    )


def _deals(lake: Lake) -> None:
    def owner(key: str, name: str) -> Row:
        return {"id": f"o-{key}", "email": f" {name.title()}@Tiny.example", "first_name": name, "archived": "false"}

    land(lake, "raw_hubspot__owners", [owner("A", "ann"), owner("B", "ben"), owner("C", "cem"), owner("D", "dee")])
    stages = [
        ("new", "Discovery", "0.2", "false"),
        ("won", "Closed Won", "1.0", "true"),
        ("lost", "Closed Lost", "0.0", "true"),
    ]
    land(
        lake,
        "raw_hubspot__pipeline_stages",
        [
            {"pipeline_id": "p", "pipeline_label": "Sales", "stage_id": stage, "stage_label": label}
            | {"probability": probability, "is_closed": closed}
            for stage, label, probability, closed in stages
        ],
    )

    def deal(key: str, owner_key: str | None, stage: str, close: str | None, amount: str | None, **more: str) -> Row:
        row = {"id": key, "dealname": f"Deal {key}", "hubspot_owner_id": owner_key and f"o-{owner_key}"}
        row |= {"dealstage": stage, "pipeline": "p", "closedate": close, "amount": amount, "deal_currency_code": "USD"}
        return (
            row
            | {"createdate": "2026-01-10T09:00:00Z", "updated_at": "2026-06-29T00:00:00Z", "archived": "false"}
            | more
        )

    land(
        lake,
        "raw_hubspot__deals",
        [
            deal("1", "A", "won", "2026-04-10T23:30:00Z", "22000"),
            deal("2", "A", "won", "2026-05-20", "10000", deal_currency_code="EUR"),
            deal("3", "A", "won", "2026-06-05", "10000"),
            deal("4", "A", "lost", "2026-06-10", "8000"),
            deal("5", "Q", "won", "2026-06-11", "7000"),
            deal("6", "A", "won", "2026-07-15", "50000"),
            deal("7", "A", "won", "2026-06-01", "50000", archived="true"),
            deal("8", "A", "won", "2026-06-01", "50000", merged_into_id="3"),
            deal("9", "D", "won", "2026-04-20", "3000"),
            deal("10", "B", "won", "2026-06-12", "1000"),
            deal("11", "B", "won", "2026-06-15", "not a number"),
            deal("12", "B", "new", "2026-09-01", "500"),
            deal("13", "B", "won", "2026-06-16", "2000"),
        ],
    )
    split = {"deal_id": "3", "to_object_type": "owners"}
    land(
        lake,
        "raw_hubspot__deal_associations",
        [
            split | {"to_object_id": "o-C", "association_label": "split 40%"},
            split | {"to_object_id": "o-B", "association_label": "overlay 50%"},
            {
                "deal_id": "3",
                "to_object_type": "companies",
                "to_object_id": "c1",
                "association_label": "deal_to_company",
            },
        ],
    )
    land(lake, "raw_hubspot__companies", [{"id": "c1", "name": "Acme", "archived": "false"}])

    def change(deal_id: str, name: str, value: str, at: str) -> Row:
        return {"deal_id": deal_id, "property": name, "value": value, "changed_at": at}

    land(
        lake,
        "raw_hubspot__deal_property_history",
        [
            # Handed to Ben after it closed: Ann keeps the credit.
            change("10", "hubspot_owner_id", "o-A", "2026-01-10T09:00:00Z"),
            change("10", "hubspot_owner_id", "o-B", "2026-06-20T09:00:00Z"),
            # Won, reopened, won again; pushed once.
            change("1", "dealstage", "new", "2026-01-10T09:00:00Z"),
            change("1", "dealstage", "won", "2026-02-10T09:00:00Z"),
            change("1", "dealstage", "new", "2026-02-12T09:00:00Z"),
            change("1", "dealstage", "won", "2026-04-10T23:30:00Z"),
            change("1", "closedate", "2026-03-01", "2026-01-10T09:00:00Z"),
            change("1", "closedate", "2026-04-10", "2026-03-02T09:00:00Z"),
        ],
    )


def _deals_of_the_other_crm(lake: Lake) -> None:
    """Won by Ann, who gives a fifth to Cem, and handed to Ben afterwards; open, in a stage no longer listed; deleted."""
    ann, ben, cem = (f"0055g00000{key * 5}" for key in "ABC")

    def user(key: str, name: str) -> Row:
        return {"id": key, "name": name.title(), "email": f"{name}@tiny.example", "is_active": "true"}

    def deal(key: str, owner: str, stage: str, close: str, amount: str, **more: str) -> Row:
        row = {"id": key, "name": f"Deal {key}", "owner_id": owner, "stage_name": stage, "close_date": close}
        row |= {"amount": amount, "currency_iso_code": "USD", "account_id": "a1", "is_deleted": "false"}
        row |= {"created_date": "2026-01-12T09:00:00.000+0000", "system_modstamp": "2026-06-29T00:00:00.000+0000"}
        is_won = str(stage == "Closed Won").lower()
        return row | {"is_closed": is_won, "is_won": is_won} | more

    land(lake, "raw_salesforce__users", [user(ann, "ann"), user(ben, "ben"), user(cem, "cem")])
    land(
        lake,
        "raw_salesforce__opportunity_stages",
        [
            {"master_label": "Discovery", "is_closed": "false", "is_won": "false", "default_probability": "20"},
            {"master_label": "Closed Won", "is_closed": "true", "is_won": "true", "default_probability": "100"},
        ],
    )
    land(
        lake,
        "raw_salesforce__opportunities",
        [
            deal("s1", ben, "Closed Won", "2026-05-27", "5000"),
            deal("s2", ben, "Old Stage", "2026-09-15", "700"),
            deal("s3", ann, "Closed Won", "2026-06-02", "9000", is_deleted="true"),
        ],
    )

    def change(key: str, field: str, old: str, new: str, on: str) -> Row:
        row = {"id": key, "opportunity_id": "s1", "field": field, "old_value": old, "new_value": new}
        return row | {"created_by_id": ann, "created_date": f"{on}T09:00:00.000+0000"}

    land(
        lake,
        "raw_salesforce__opportunity_field_history",
        [
            change("h1", "StageName", "Discovery", "Closed Won", "2026-02-10"),
            change("h2", "StageName", "Closed Won", "Discovery", "2026-02-12"),
            change("h3", "StageName", "Discovery", "Closed Won", "2026-05-27"),
            change("h4", "CloseDate", "2026-04-30", "2026-05-27", "2026-04-29"),
            change("h5", "Owner", "Ann", "Ben", "2026-06-20"),
            change("h6", "Owner", ann, ben, "2026-06-20"),
        ],
    )

    def split(key: str, owner: str, share: str, kind: str, is_deleted: str = "false") -> Row:
        row = {"id": key, "opportunity_id": "s1", "split_owner_id": owner, "split_percentage": share}
        return row | {"split_type_name": kind, "is_deleted": is_deleted}

    land(
        lake,
        "raw_salesforce__opportunity_splits",
        [
            split("x1", ann, "80", "Revenue"),
            split("x2", cem, "20", "Revenue"),
            split("x3", ben, "50", "Overlay"),
            split("x4", ben, "90", "Revenue", "true"),
        ],
    )
    roles = [("r1", "p1", "false"), ("r2", "p2", "false"), ("r3", "p3", "true")]
    land(
        lake,
        "raw_salesforce__opportunity_contact_roles",
        [{"id": key, "opportunity_id": "s1", "contact_id": who, "is_deleted": gone} for key, who, gone in roles],
    )
    land(lake, "raw_salesforce__accounts", [{"id": "a1", "name": "Beta", "website": "https://www.Beta.example/en"}])
    land(lake, "raw_salesforce__contacts", [{"id": "p1", "account_id": "a1"}, {"id": "p2", "account_id": "a1"}])


def _participant(name: str, role: str, domain: str = "tiny.example") -> Row:
    return {"participant_id": name, "email": f"{name}@{domain}", "name": name, "role": role, "channel": None}


def _call(call_id: str, started: dt.datetime, kind: str, host: str | None, others: list[Row], **more: object) -> Row:
    row: Row = {"date": started.date(), "call_id": call_id, "source": "gong", "call_kind": kind, "title": call_id}
    row |= {"started_at": started, "duration_seconds": 1800.0, "session_seconds": 1800.0, "is_excerpt": False}
    row |= {"status": "transcribed", "utterance_count": 10, "deal_ids": [], "role_confidence": 0.95, "engine": "vendor"}
    return row | {"primary_email": host and f"{host}@tiny.example", "participants": others} | more


def _calls(lake: Lake) -> None:
    buyer = [_participant("bob", "customer", "acme.example")]
    day = dt.datetime(2026, 6, 9, 15, tzinfo=UTC)  # a Tuesday: 1:1s have the Mondays

    derive(
        lake,
        "transcripts__calls",
        [
            _call(
                "gong:c1", day, "external", "ann", buyer, call_type="discovery", deal_ids=["hubspot:3", "hubspot:12"]
            ),
            _call("gong:c2", day, "external", "ann", buyer, call_type="demo", role_confidence=0.5),
            _call("gong:c3", day, "external", "cem", buyer, status="no_consent", utterance_count=0),
            _call("gong:c4", day, "external", "nobody", buyer),
            _call("gong:c5", day.replace(month=4), "external", "dee", buyer),
        ],
    )
    land(
        lake,
        "raw_gong__users",
        [{"id": "u-A", "email_address": "ann@tiny.example", "first_name": "Ann"}]
        + [{"id": "u-Z", "email_address": "z@elsewhere.example", "first_name": "Dee"}],
    )
    land(
        lake,
        "raw_gong__calls",
        # Known to the recorder, not met by speech yet; the second is one that c1's transcript tells more about.
        [
            {
                "id": "c9",
                "title": "Late",
                "started": "2026-06-29T10:00:00Z",
                "primary_user_id": "u-A",
                "scope": "External",
            }
        ]
        + [
            {
                "id": "c1",
                "title": "c1",
                "started": "2026-06-09T15:00:00Z",
                "primary_user_id": "u-A",
                "scope": "External",
            }
        ]
        + [
            {
                "id": "c8",
                "title": "Broken",
                "started": "2026-06-29T10:00:00Z",
                "scope": "Internal",
                "duration_seconds": -5.0,
            }
        ],
    )
    derive(
        lake,
        "signals__calls",
        [
            {
                "date": day.date(),
                "call_id": "gong:c1",
                "signal": "talk_ratio",
                "value": 0.7,
                "numerator": 70.0,
                "denominator": 100.0,
            },
            {"date": day.date(), "call_id": "gong:c2", "signal": "talk_ratio", "null_reason": "role_confidence"},
        ],
    )

    def score(call_id: str, behaviour: str, is_applicable: bool, is_met: bool | None, scored: dt.date = AS_OF) -> Row:
        row: Row = {"date": day.date(), "call_id": call_id, "rubric_id": "sales_call", "rubric_version": 1}
        row |= {"behaviour_id": behaviour, "is_applicable": is_applicable, "is_met": is_met, "scored_as_of": scored}
        return row | {
            "is_abstained": is_applicable and is_met is None,
            "evidence_count": int(bool(is_met)),
            "scorer": "s",
            "scorer_version": "1",
        }

    derive(
        lake,
        "scores__behaviours",
        [
            score("gong:c1", "sets_agenda", True, True),
            score("gong:c1", "asks_budget", True, False),
            score("gong:c1", "holds_price", False, None),
            score("gong:c1", "sets_next_step", True, None),
            score("gong:c1", "asks_budget", True, True, dt.date(2026, 6, 10)),  # an older judgement
            score("gong:c2", "sets_agenda", True, False),
            score("gong:gone", "sets_agenda", True, False),  # of a call that the recorder no longer lists
        ],
    )
    derive(
        lake,
        "rubrics__behaviours",
        [
            {
                "date": AS_OF,
                "rubric_id": "sales_call",
                "rubric_version": 1,
                "behaviour_id": behaviour,
                "name": behaviour,
            }
            | {"weight": weight, "call_types": [], "rubric_hash": "h"}
            for behaviour, weight in {"sets_agenda": 3.0, "asks_budget": 1.0, "holds_price": 1.0}.items()
        ],
    )
    derive(
        lake,
        "moments__calls",
        [
            {"date": day.date(), "call_id": "gong:c1", "moment_id": "gong:c1#objection#3", "kind": "objection"}
            | {
                "utterance_index": 3,
                "start_seconds": 60.0,
                "end_seconds": 65.0,
                "role": "customer",
                "quote": "too much",
            },
        ],
    )
    land(
        lake,
        "raw_app__reviews",
        [
            {"review_id": "r1", "call_id": "gong:c1", "behaviour_id": "asks_budget", "rubric_id": "sales_call"}
            | {
                "rubric_version": "1",
                "reviewer_email": "mia@tiny.example",
                "verdict": "disagree",
                "reviewed_at": "2026-06-10T10:00:00Z",
            },
            *_blind_reviews(),
        ],
    )


def _blind_reviews() -> list[Row]:
    """Vic answers before seeing a score; Max hears one call after him; one call was drawn because the scorer was unsure."""

    def answer(key: str, call: str, behaviour: str, verdict: str, **more: str) -> Row:
        row = {"review_id": key, "call_id": call, "behaviour_id": behaviour, "rubric_id": "sales_call"}
        row |= {"rubric_version": "1", "reviewer_email": "vic@tiny.example", "verdict": verdict}
        return row | {"reviewed_at": "2026-06-20T10:00:00Z", "is_blind": "true", "sampled_by": "random"} | more

    return [
        answer("b1", "gong:c1", "sets_agenda", "met"),
        answer("b2", "gong:c1", "sets_agenda", "not_met", reviewer_email="max@tiny.example", reviewed_at="2026-06-21"),
        answer("b3", "gong:c1", "asks_budget", "met", sampled_by="informative"),
        answer("b4", "gong:c1", "holds_price", "not_met"),
        answer("b5", "gong:gone", "sets_agenda", "met"),
    ]


def _one_on_ones(lake: Lake) -> None:
    """Ann: heard and coached every week. Ben: heard, only inspection. Cem: on the calendar, never recorded. Eve: now and then."""
    calls, sessions, kinds, events = [], [], [], []
    for monday in WEEKS:
        start = dt.datetime.combine(monday, dt.time(9), UTC)
        call_id = f"gong:a{monday}"
        calls.append(
            _call(call_id, start, "one_on_one", "mia", [_participant("mia", "manager"), _participant("ann", "rep")])
        )
        sessions.append(_session(call_id, monday, coaching=16.0, inspection=4.0, other=2.0))
        of_kind = {"practice": 10.0, "deal_strategy": 6.0, "inspection": 4.0, "wellbeing": 2.0}
        kinds += [
            {"date": monday, "call_id": call_id, "kind": kind, "minutes": minutes, "word_count": 100}
            for kind, minutes in of_kind.items()
        ]
        events.append(_event(f"ann-{monday}", "mia", ["mia", "ann"], start, 30))
        if monday >= dt.date(2026, 5, 11):
            # An excerpt: a third of the session was recorded, so that 4 minutes of coaching stand for 12.
            call_id = f"folder:b{monday}"
            calls.append(
                _call(call_id, start.replace(hour=11), "one_on_one", "mia", [_participant("ben", "rep")])
                | {"source": "folder", "duration_seconds": 600.0, "session_seconds": 1800.0, "is_excerpt": True}
            )
            sessions.append(_session(call_id, monday, coaching=4.0, inspection=5.0, other=1.0))
        cem_manager = "max" if monday >= dt.date(2026, 5, 16) else "mia"
        events.append(_event(f"cem-{monday}", cem_manager, ["cem"], start.replace(hour=14), 30))
    for week in range(25):
        monday = dt.date(2026, 1, 5) + dt.timedelta(weeks=week)
        call_id = f"gong:e{monday}"
        start = dt.datetime.combine(monday, dt.time(9), UTC)
        calls.append(_call(call_id, start, "one_on_one", "moe", [_participant("eve", "rep")]))
        is_coached = week % 3 != 1 if week < 14 else week % 2 == 0
        sessions.append(_session(call_id, monday, coaching=20.0 if is_coached else 2.0, inspection=5.0, other=1.0))
    # A week of Mia's, 2026-06-15: a forecast call overlapping a pipeline review, one cancelled, one all day, one after the as-of date.
    day = dt.datetime(2026, 6, 16, 13, tzinfo=UTC)
    events += [
        _event("forecast", "mia", ["mia", "max", "vic"], day, 60),
        _event("pipeline", "mia", ["vic", "ann"], day + dt.timedelta(minutes=30), 60),
        _event("gone", "mia", ["ann"], day.replace(hour=16), 60) | {"status": "CANCELLED"},
        _event("offsite", "mia", ["vic"], day.replace(hour=0), 60) | {"is_all_day": "true"},
        _event("later", "mia", ["ann"], dt.datetime(2026, 7, 6, 9, tzinfo=UTC), 30),
        _event("max-later", "max", ["cem"], dt.datetime(2026, 7, 6, 9, tzinfo=UTC), 30),
    ]
    # Someone who is not the rep's manager.
    day = dt.datetime(2026, 6, 17, 9, tzinfo=UTC)
    calls.append(_call("gong:stray", day, "one_on_one", "max", [_participant("ann", "rep")]))
    derive(lake, "transcripts__calls", calls)
    derive(lake, "sessions__one_on_ones", sessions)
    derive(lake, "sessions__minutes_by_kind", kinds)
    land(lake, "raw_calendar__events", events)


def _session(call_id: str, day: dt.date, coaching: float, inspection: float, other: float) -> Row:
    row: Row = {"date": day, "call_id": call_id, "session_label": "coaching", "coaching_minutes": coaching}
    row |= {"inspection_minutes": inspection, "other_minutes": other, "speech_minutes": coaching + inspection + other}
    return row | {"classifier": "c", "classifier_version": "1"}


def _event(uid: str, owner: str, attendees: list[str], start: dt.datetime, minutes: int) -> Row:
    end = start + dt.timedelta(minutes=minutes)
    people = ", ".join(f'{{"email": "{name}@tiny.example", "status": "ACCEPTED"}}' for name in attendees)
    return {
        "event_uid": uid,
        "calendar_owner_email": f"{owner}@tiny.example",
        "summary": uid,
        "starts_at": start.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "ends_at": end.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "attendees": f"[{people}]",
        "status": "CONFIRMED",
        "is_all_day": "false",
    }


def _surveys(lake: Lake) -> None:
    def team(key: str, answers: int, share: float) -> Row:
        row = {"team_id": key, "quarter_start": "2026-04-01", "leader_employee_id": "M", "rep_answer_count": answers}
        row |= {"leader_claimed_minutes_per_rep_week": 45, "leader_rating": 5, "rep_reported_minutes_per_week": 17.6}
        return row | {"rep_rating": 3.4, "rep_share_very_good": share, "rep_share_below_average": 0.333333}

    land(lake, "raw_survey__team_quarters", [team("S", 6, 0.5), team("E", 3, 0.5), team("N", 9, 0.111111)])


def _dirt(lake: Lake) -> None:
    derive(
        lake,
        "quarantine__rows",
        [
            {
                "date": AS_OF,
                "row_id": "q1",
                "table_name": "raw_quota__quotas",
                "source_file": "quotas.csv",
                "source_row": 9,
            }
            | {"rule": "key_present", "reason": "no employee_id"},
        ],
    )
    derive(
        lake,
        "quarantine__files",
        [
            {
                "date": AS_OF,
                "file_name": "x.wav",
                "sha256": "00ff",
                "byte_count": 0,
                "stage": "speech",
                "reason": "zero bytes",
            }
        ],
    )
    derive(
        lake,
        "checks__expectations",
        [
            {"date": AS_OF, "suite": "deals", "table_name": "raw_hubspot__deals", "expectation": "amount_is_number"}
            | {
                "column_name": "amount",
                "is_success": False,
                "row_count": 13,
                "unexpected_count": 1,
                "meaning": "amounts are numbers",
            },
        ],
    )
