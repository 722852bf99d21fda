"""The marts of the tiny company against numbers worked out on paper (``dbt_tiny_org`` says what happened there)."""

from collections import Counter

import numpy as np
import pytest
from dbt_build import Build

from pipelines.evidence.panel import stock


def test_every_model_builds_and_every_test_passes(tiny: Build) -> None:
    assert Counter(tiny.statuses.values()).keys() <= {"success", "pass", "no-op"}, {
        name: status for name, status in tiny.statuses.items() if status not in ("success", "pass", "no-op")
    }


def test_an_empty_lake_builds_every_model(empty: Build) -> None:
    assert set(empty.statuses.values()) <= {"success", "no-op"}
    assert empty.value("select count(*) from fct_calls") == 0
    assert empty.value("select count(*) from dim_benchmarks") > 20


# People


def test_the_later_of_two_overlapping_assignments_counts(tiny: Build) -> None:
    seats = tiny.rows(
        "select manager_id, valid_from::varchar, valid_to::varchar, is_current, is_shortened"
        " from dim_rep_assignments where rep_id = 'hr:C' order by valid_from"
    )
    assert seats == [
        ("hr:M", "2024-01-01", "2026-05-15", False, True),
        ("hr:X", "2026-05-16", None, True, False),
    ]


def test_managers_and_leaders_are_told_apart_and_spans_counted(tiny: Build) -> None:
    rows = tiny.rows(
        "select manager_id, level, direct_reports_count, leader_id, has_calendar from dim_managers order by 1"
    )
    assert rows == [
        ("hr:M", "manager", 2, "hr:V", True),
        ("hr:O", "manager", 1, "hr:V", False),
        ("hr:V", "leader", 0, None, False),
        ("hr:X", "manager", 1, "hr:V", True),
    ]


def test_a_leaver_stays_in_dim_reps_with_the_last_seat(tiny: Build) -> None:
    row = tiny.one(
        "select is_active, team_id, leave_reason, tenure_months, true_cadence_band from dim_reps where rep_id = 'hr:D'"
    )
    assert row == (False, "E", "resigned", 26, None)


# Deals and quota


def test_only_usable_won_deals_count_and_each_exclusion_has_its_reason(tiny: Build) -> None:
    assert tiny.value("select sum(credited_closed_won_amount) from fct_deals") == pytest.approx(61_500)
    reasons = dict(tiny.rows("select deal_id, excluded_reason from fct_deals where is_excluded"))
    assert reasons == {
        "hubspot:6": "future_close_date",
        "hubspot:7": "deleted",
        "hubspot:8": "merged",
        "hubspot:11": "no_amount",
        "salesforce:s3": "deleted",
    }


def test_foreign_currency_is_converted_at_the_closing_day(tiny: Build) -> None:
    assert tiny.one(
        "select amount, source_amount, source_currency, currency from fct_deals where deal_id = 'hubspot:2'"
    ) == (
        pytest.approx(11_500),
        10_000,
        "EUR",
        "USD",
    )


def test_splits_share_the_credit_and_overlay_stands_beside(tiny: Build) -> None:
    rows = tiny.rows(
        "select rep_id, credit_kind, amount, is_overlay from fct_deal_credits where deal_id = 'hubspot:3' order by 1"
    )
    assert rows == [
        ("hr:A", "owner", pytest.approx(6_000), False),
        ("hr:B", "overlay", pytest.approx(5_000), True),
        ("hr:C", "split", pytest.approx(4_000), False),
    ]


def test_the_owner_on_the_closing_day_keeps_the_credit(tiny: Build) -> None:
    assert tiny.one("select rep_id, owner_rep_id, owner_change_count from fct_deals where deal_id = 'hubspot:10'") == (
        "hr:A",
        "hr:B",
        1,
    )


def test_reopened_and_pushed_deals_are_counted_once_each(tiny: Build) -> None:
    assert tiny.one(
        "select reopened_count, close_date_push_count, stage_change_count, close_date::varchar from fct_deals where deal_id = 'hubspot:1'"
    ) == (1, 1, 3, "2026-04-10")


def test_quota_follows_working_days_in_seat(tiny: Build) -> None:
    rows = tiny.rows(
        "select rep_id, month::varchar, quota_amount, closed_won_amount from fct_rep_months"
        " where quota_amount is not null and month >= '2026-04-01' order by 1, 2"
    )
    assert rows == [
        ("hr:A", "2026-04-01", pytest.approx(22_000), pytest.approx(22_000)),
        ("hr:A", "2026-05-01", pytest.approx(21_000), pytest.approx(15_500)),  # 4,000 of it from Salesforce
        ("hr:A", "2026-06-01", pytest.approx(17_000), pytest.approx(7_000)),  # a week of parental leave
        ("hr:B", "2026-05-01", pytest.approx(7_500), pytest.approx(0)),  # hired on the 11th, half quota
        ("hr:B", "2026-06-01", pytest.approx(11_000), pytest.approx(2_000)),
        ("hr:C", "2026-04-01", pytest.approx(22_000), pytest.approx(0)),
        ("hr:C", "2026-05-01", pytest.approx(21_000), pytest.approx(1_000)),
        ("hr:C", "2026-06-01", pytest.approx(22_000), pytest.approx(4_000)),
    ]


def test_full_quota_ignores_ramp_quotas_and_days_out_of_seat(tiny: Build) -> None:
    row = tiny.one(
        "select full_quota_amount, full_quota_origin, full_quota_attainment from fct_rep_months where rep_id = 'hr:B' and month = '2026-06-01'"
    )
    assert row == (pytest.approx(22_000), "own", pytest.approx(2_000 / 22_000))


def test_quarter_attainment_and_overlays_beside(tiny: Build) -> None:
    rows = tiny.rows(
        "select rep_id, attainment, is_at_quota, overlay_quota_amount, overlay_credit_amount from fct_rep_quarters"
        " where quarter_start = '2026-04-01' order by 1"
    )
    assert rows == [
        ("hr:A", pytest.approx(44_500 / 60_000), False, None, 0),
        ("hr:B", pytest.approx(2_000 / 18_500), False, pytest.approx(74_000), pytest.approx(7_500)),
        ("hr:C", pytest.approx(5_000 / 65_000), False, None, 0),
        ("hr:E", None, None, None, 0),  # no quota, no attainment
    ]


def test_win_rate_by_count_and_by_amount(tiny: Build) -> None:
    # Ann in June: deals 3 and 10 won (11,000), deal 4 lost (8,000).
    row = tiny.one(
        "select win_rate, win_rate_by_amount from fct_rep_months where rep_id = 'hr:A' and month = '2026-06-01'"
    )
    assert row == (pytest.approx(2 / 3), pytest.approx(11 / 19))


# Coaching


def test_a_heard_session_and_a_calendar_event_of_one_day_are_one_session(tiny: Build) -> None:
    rows = tiny.rows(
        "select rep_id, count(*), count(*) filter (where is_on_calendar), count(*) filter (where is_heard)"
        " from fct_coaching_sessions where unmatched_reason is null group by 1 order by 1"
    )
    assert rows == [("hr:A", 13, 13, 13), ("hr:B", 7, 0, 7), ("hr:C", 13, 13, 0), ("hr:E", 25, 0, 25)]


def test_excerpts_are_extended_to_the_session_and_whole_recordings_are_not(tiny: Build) -> None:
    row = tiny.one(
        "select coaching_minutes, coaching_minutes_heard, excerpt_factor, is_coached from fct_coaching_sessions where session_id = 'folder:b2026-05-11'"
    )
    assert row == (pytest.approx(12), 4, pytest.approx(3), False)
    row = tiny.one(
        "select coaching_minutes, excerpt_factor, is_coached from fct_coaching_sessions where session_id = 'gong:a2026-05-11'"
    )
    assert row == (16, 1, True)


def test_a_one_on_one_with_somebody_elses_report_has_a_reason_and_no_pair(tiny: Build) -> None:
    row = tiny.one(
        "select rep_id, manager_id, unmatched_reason from fct_coaching_sessions where session_id = 'gong:stray'"
    )
    assert row == (None, None, "not_the_manager_of_the_day")


def test_true_and_calendar_cadence_differ_where_the_talk_differs(tiny: Build) -> None:
    rows = tiny.rows("select rep_id, true_cadence_band, calendar_cadence_band from dim_reps where is_active order by 1")
    # Eve's last 13 weeks: 6 or 7 coached, as biweekly as it gets.
    assert rows == [
        ("hr:A", "weekly", "weekly"),
        ("hr:B", "none", "weekly"),
        ("hr:C", None, "weekly"),
        ("hr:E", "biweekly", "weekly"),
    ]


def test_a_week_wholly_on_leave_and_the_running_week_are_not_observed(tiny: Build) -> None:
    weeks = "select true_observed_weeks_count from fct_rep_weeks where rep_id = 'hr:A' and week_start = '{}'"
    assert tiny.value(weeks.format("2026-06-15")) == 12
    assert tiny.value(weeks.format("2026-06-22")) == 12  # on leave
    # Two days into the week of the 29th: one old week has gone out of the window, none has come in.
    assert tiny.value(weeks.format("2026-06-29")) == 11


def test_coached_weeks_are_null_where_nothing_was_heard(tiny: Build) -> None:
    rows = tiny.rows(
        "select rep_id, weeks_in_month, calendar_weeks, heard_weeks, coached_weeks, coached_weeks_known"
        " from fct_rep_months where month = '2026-06-01' order by 1"
    )
    assert rows == [
        ("hr:A", 3, 3, 3, 3, 3),
        ("hr:B", 4, 4, 4, 0, 0),
        ("hr:C", 4, 4, 0, None, None),
        ("hr:E", 4, 4, 4, 2, 2),
    ]


def test_months_without_a_calendar_or_recording_are_unknown_and_not_zero(tiny: Build) -> None:
    row = tiny.one(
        "select calendar_weeks, coached_weeks, coached_weeks_known, coaching_minutes from fct_rep_months where rep_id = 'hr:A' and month = '2026-02-01'"
    )
    assert row == (None, None, None, None)


def test_exposure_is_the_lagged_decayed_stock_and_unknown_past_withholds_it(tiny: Build) -> None:
    # Hired in May and never coached: a known zero. Ann's past before the data is unknown.
    assert tiny.value("select exposure_stock from fct_rep_months where rep_id = 'hr:B' and month = '2026-06-01'") == 0
    row = tiny.one(
        "select exposure_stock, exposure_share, exposure_lag_1, exposure_lag_2 from fct_rep_months where rep_id = 'hr:A' and month = '2026-06-01'"
    )
    assert row == (None, 1, 1, 1)
    known = tiny.value("select exposure_known_share from fct_rep_months where rep_id = 'hr:A' and month = '2026-06-01'")
    # Known: the weeks of March (5), April (4) and May (4); January, February and the time before are not.
    assert known == pytest.approx(1 - 0.5 ** (13 / 5), abs=1e-9)


def test_exposure_equals_the_stock_that_the_estimator_builds(tiny: Build) -> None:
    rows = tiny.rows(
        "select coached_weeks, exposure_stock, exposure_lag_1 from fct_rep_months where rep_id = 'hr:E' order by month"
    )
    coached, in_dbt, lagged = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    weeks = np.array([4.0, 4, 5, 4, 4, 5])  # Mondays of January to June 2026
    assert coached[:5].tolist() == [3, 2, 4, 2, 2]
    expected = stock(coached / weeks, weeks, np.arange(6), 5.0)
    assert in_dbt == pytest.approx(expected, abs=1e-9)
    assert lagged[1:] == pytest.approx((coached / weeks)[:-1])
    assert lagged[0] == 0


def test_manager_week_minutes_shares_and_gap(tiny: Build) -> None:
    row = tiny.one(
        "select direct_reports_count, working_minutes, meeting_minutes, one_on_one_minutes, one_on_ones_held_count, coaching_minutes,"
        " coaching_time_share, calendar_time_share, free_minutes, capacity_gap_minutes"
        " from fct_manager_weeks where manager_id = 'hr:M' and week_start = '2026-06-15'"
    )
    # Ann's 1:1 (30), a forecast call and a review overlapping by half an hour (90); Ben's 1:1 is not on the calendar (30 recorded).
    # Coaching: 16 with Ann, 3 × 4 with Ben. Free: a week of 2,400 less the 90.
    assert row == (2, 2_400, 120, 60, 2, 28, pytest.approx(28 / 2_400), pytest.approx(60 / 2_400), 2_310, 60 - 2_310)


def test_a_managers_absence_takes_working_minutes_away(tiny: Build) -> None:
    row = tiny.one(
        "select working_minutes, coaching_time_share from fct_manager_weeks where manager_id = 'hr:M' and week_start = '2026-04-06'"
    )
    assert row == (0, None)


def test_unheard_weeks_of_a_manager_have_no_coaching_share(tiny: Build) -> None:
    row = tiny.one(
        "select one_on_ones_held_count, coaching_minutes, coaching_time_share, calendar_time_share from fct_manager_weeks where manager_id = 'hr:X' and week_start = '2026-06-15'"
    )
    assert row == (1, None, None, pytest.approx(30 / 2_400))


# Calls


def test_a_call_belongs_to_the_manager_of_the_day_or_says_why_not(tiny: Build) -> None:
    rows = tiny.rows("select call_id, rep_id, manager_id, team_id, status, unmatched_reason from fct_calls order by 1")
    assert rows == [
        ("gong:c1", "hr:A", "hr:M", "S", "transcribed", None),
        ("gong:c2", "hr:A", "hr:M", "S", "transcribed", None),
        ("gong:c3", "hr:C", "hr:X", "E", "no_consent", None),
        ("gong:c4", None, None, None, "transcribed", "unknown_person"),
        ("gong:c5", "hr:D", None, None, "transcribed", "rep_not_in_seat"),
        ("gong:c9", "hr:A", "hr:M", "S", "not_transcribed", None),
    ]


def test_rubric_score_is_weighted_and_leaves_abstentions_out(tiny: Build) -> None:
    row = tiny.one(
        "select applicable_count, met_count, abstained_count, rubric_score, talk_ratio, moment_count from fct_calls where call_id = 'gong:c1'"
    )
    assert row == (2, 1, 1, pytest.approx(3 / 4), 0.7, 1)


def test_the_newest_judgement_counts_and_a_review_stands_beside(tiny: Build) -> None:
    row = tiny.one(
        "select is_met, scored_as_of::varchar, review_verdict, review_count from fct_behaviour_scores where call_id = 'gong:c1' and behaviour_id = 'asks_budget'"
    )
    assert row == (False, "2026-06-30", "disagree", 2)


def test_only_blind_first_representative_answers_count_as_double_scored(tiny: Build) -> None:
    counts = "click_count, blind_count, double_scored_count, true_positive_count, false_negative_count"
    more = "second_answer_count, second_answer_agreed_count, missed_opportunity_count, sensitivity, specificity, kappa"
    rows = tiny.rows(f"select behaviour_id, {counts}, {more} from fct_scorer_agreement order by 1")
    assert rows == [
        (
            "asks_budget",
            1,
            1,
            0,
            0,
            0,
            0,
            0,
            0,
            None,
            None,
            None,
        ),  # clicked on, and drawn because the scorer was unsure
        ("holds_price", 0, 1, 0, 0, 0, 0, 0, 1, None, None, None),
        ("sets_agenda", 0, 3, 2, 1, 1, 1, 0, 0, 0.5, None, 0.0),
    ]


def test_the_cusum_of_disagreements_starts_again_from_zero(tiny: Build) -> None:
    steps = tiny.rows(
        "select call_id, drift_cusum from intermediate.int_reviews_double_scored"
        " where is_double_scored order by call_date, reviewed_at, review_id"
    )
    # An agreement would take it below 0; the disagreement after it counts in full.
    assert steps == [("gong:c1", 0.0), ("gong:gone", pytest.approx(np.log(0.25 / 0.10)))]


def test_a_blind_answer_reads_as_agreement_or_not_beside_the_score(tiny: Build) -> None:
    rows = tiny.rows(
        "select review_id, verdict, is_person_met, is_scored_met, is_agreed from fct_score_reviews order by 1"
    )
    assert rows == [
        ("b1", "met", True, True, True),
        ("b2", "not_met", False, True, False),
        ("b3", "met", True, False, False),
        ("b4", "not_met", False, None, False),
        ("b5", "met", True, False, False),
        ("r1", "disagree", True, False, False),
    ]


def test_coverage_counts_held_recorded_analysed_reviewed(tiny: Build) -> None:
    columns = "calls_held_count, calls_recorded_count, calls_analysed_count, calls_reviewed_count, one_on_ones_held_count, one_on_ones_heard_count"
    week = f"select team_id, {columns} from fct_coverage where week_start = '2026-06-08' order by 1"
    assert tiny.rows(week) == [
        ("(unmatched)", 1, 1, 0, 0, 0, 0),
        ("E", 1, 0, 0, 0, 1, 0),
        ("S", 2, 2, 2, 1, 2, 2),
        ("T", 0, 0, 0, 0, 1, 1),
    ]


def test_reviews_count_for_the_manager_of_the_rep(tiny: Build) -> None:
    row = tiny.one(
        "select calls_held_count, calls_reviewed_count, calls_reviewed_per_rep from fct_manager_weeks where manager_id = 'hr:M' and week_start = '2026-06-08'"
    )
    assert row == (2, 1, 0.5)


# Ramp, bands, perception


def test_ramp_episodes_begin_at_hire_and_at_a_change_of_segment(tiny: Build) -> None:
    rows = tiny.rows(
        "select rep_id, start_date::varchar, start_reason, entry_month, exit_month, status, is_left_truncated from fct_ramp_episodes order by 1, 2"
    )
    assert rows == [
        ("hr:A", "2024-01-01", "hired", 24, 30, "censored", True),
        ("hr:B", "2026-05-11", "hired", 0, 2, "censored", False),
        ("hr:C", "2024-01-01", "hired", 24, 29, "moved", True),
        ("hr:C", "2026-05-16", "changed_segment", 0, 2, "censored", False),
        ("hr:D", "2024-01-01", "hired", 24, 27, "left", True),
        ("hr:E", "2026-01-05", "hired", 0, 1, "censored", False),  # no quota: nothing to observe
    ]


def test_bands_are_labelled_descriptive_and_unknown_ones_are_kept(tiny: Build) -> None:
    rows = tiny.rows(
        "select cadence_kind, cadence_band, rep_quarters_count, at_quota_count, identification from fct_cadence_attainment"
        " where window_name = 'last_quarter' order by 1, band_order"
    )
    assert rows == [
        ("calendar", "weekly", 3, 0, "descriptive"),
        ("true", "weekly", 1, 0, "descriptive"),
        ("true", "none", 1, 0, "descriptive"),
        ("true", "unknown", 1, 0, "descriptive"),
    ]


def test_answers_of_small_teams_are_withheld_and_others_rounded(tiny: Build) -> None:
    rows = tiny.rows(
        "select team_id, suppression_reason, answer_count_band, rep_rating, rep_reported_minutes_per_week, rep_share_very_good,"
        " leader_claimed_minutes_per_rep_week from fct_perception order by 1"
    )
    assert rows == [
        ("E", "fewer_than_five", "below 5", None, None, None, 45),
        ("N", None, "5–9", 3, 18, 0.11, 45),
        ("S", "complementary", "5–9", None, None, None, 45),
    ]


def test_observed_coaching_leaves_unheard_weeks_out(tiny: Build) -> None:
    # Team S in quarter 2, weeks beginning from 6 April, with a working day in seat: Ann 11 × 16, Ben 7 × 12; Cem's are unheard.
    row = tiny.one(
        "select observed_coaching_minutes_per_rep_week, claimed_minus_observed_minutes from fct_perception where team_id = 'S'"
    )
    assert row == (pytest.approx((11 * 16 + 7 * 12) / 18), pytest.approx(45 - (11 * 16 + 7 * 12) / 18))


# What is wrong, and what that hides


def test_each_fault_is_marked_once_with_what_it_hides(tiny: Build) -> None:
    rows = tiny.rows(
        "select rule, subject_id, amount from fct_data_quality"
        " where rule not in ('unheard_one_on_ones', 'calendar_missing', 'rep_without_quota') order by 1, 2"
    )
    assert rows == [
        ("call_not_heard", "gong:c3", None),
        ("call_not_heard", "gong:c9", None),
        ("call_without_pair", "gong:c4", None),
        ("call_without_pair", "gong:c5", None),
        ("call_without_pair", "gong:stray", None),
        ("credit_out_of_seat", "hubspot:9", 3_000),
        ("deleted_deal", "hubspot:7", 50_000),
        ("deleted_deal", "salesforce:s3", 9_000),
        ("failed_expectation", "raw_hubspot__deals.amount.amount_is_number", None),
        ("future_close_date", "hubspot:6", 50_000),
        ("merged_deal", "hubspot:8", 50_000),
        ("negative_duration", "gong:c8", None),
        ("overlapping_assignments", "hr:C@2024-01-01", None),
        ("quarantined_file", "x.wav#00ff", None),
        ("quarantined_row", "raw_quota__quotas#q1", None),
        ("quota_for_leaver", "hr:D 2026-04-01 2026-06-30 own full", 65_000),
        ("role_confidence_low", "gong:c2", None),
        ("rubric_text_missing", "sales_call.v1.sets_next_step", None),
        ("two_quotas_for_period", "hr:C 2026-04-01 2026-06-30 own full", 65_000),
        ("unknown_owner", "hubspot:5", 7_000),
        ("unknown_person", "gong:u-Z", None),
        ("won_without_amount", "hubspot:11", None),
    ]


def test_a_name_is_offered_for_review_and_never_matched(tiny: Build) -> None:
    detail = tiny.value("select detail from fct_data_quality where rule = 'unknown_person'")
    assert "same name as hr:D" in detail
    assert tiny.value("select gong_user_id from dim_reps where rep_id = 'hr:D'") is None


def test_unheard_one_on_ones_are_counted_by_manager_and_day(tiny: Build) -> None:
    rows = tiny.rows(
        "select subject_id, sum(row_count) from fct_data_quality where rule = 'unheard_one_on_ones' group by 1 order by 1"
    )
    assert rows == [("hr:M", 7), ("hr:X", 6)]


def test_an_account_has_the_deals_the_crm_links_to_it(tiny: Build) -> None:
    linked = tiny.rows("select account_id, account_name from fct_deals where account_id is not null")
    assert sorted(linked) == [("hubspot:c1", "Acme"), *[("salesforce:a1", "Beta")] * 3]
    columns = "account_id, account_name, deal_count, won_deal_count, closed_won_amount, customer_since::varchar"
    deal = tiny.rows("select amount, close_date::varchar from fct_deals where account_id = 'hubspot:c1'")[0]
    assert tiny.rows(f"select {columns} from dim_accounts order by 1") == [
        ("hubspot:c1", "Acme", 1, 1, *deal),
        ("salesforce:a1", "Beta", 2, 1, 5_000, "2026-05-27"),  # the deleted deal counts nowhere
    ]
    assert tiny.one("select domain, contact_count from dim_accounts where account_name = 'Beta'") == ("beta.example", 2)


# Two CRMs


def test_a_person_with_accounts_in_two_crms_is_one_rep(tiny: Build) -> None:
    row = tiny.one("select hubspot_owner_id, salesforce_user_id from dim_reps where rep_id = 'hr:A'")
    assert row == ("o-A", "0055g00000AAAAA")


def test_credits_of_all_crms_add_up_to_the_companys_total(tiny: Build) -> None:
    total = tiny.value("select sum(credited_closed_won_amount) from fct_deals")
    by_crm = "select split_part(deal_id, ':', 1), sum(amount) from fct_deal_credits where not is_overlay group by 1"
    credited = dict(tiny.rows(by_crm))
    assert credited == {"hubspot": pytest.approx(56_500), "salesforce": pytest.approx(5_000)}
    assert sum(credited.values()) == pytest.approx(total)


def test_splits_of_revenue_share_the_deal_and_others_stand_beside(tiny: Build) -> None:
    rows = tiny.rows(
        "select rep_id, credit_kind, amount from fct_deal_credits where deal_id = 'salesforce:s1' and amount > 0 order by 1"
    )
    assert rows == [
        ("hr:A", "split", pytest.approx(4_000)),
        ("hr:B", "overlay", pytest.approx(2_500)),
        ("hr:C", "split", pytest.approx(1_000)),
    ]


def test_a_history_that_tells_only_changes_is_counted_like_one_that_tells_values(tiny: Build) -> None:
    counts = "reopened_count, close_date_push_count, stage_change_count, owner_change_count, contact_count"
    row = tiny.one(f"select {counts}, stage_entered_at::varchar from fct_deals where deal_id = 'salesforce:s1'")
    assert row == (1, 1, 3, 1, 2, "2026-05-27 09:00:00")


def test_the_owner_before_the_first_change_keeps_the_credit(tiny: Build) -> None:
    row = tiny.one("select rep_id, owner_rep_id, unmatched_reason from fct_deals where deal_id = 'salesforce:s1'")
    assert row == ("hr:A", "hr:B", None)


def test_a_stage_no_longer_listed_means_what_the_deal_says(tiny: Build) -> None:
    row = tiny.one(
        "select pipeline_id, stage_id, stage_kind, is_closed, is_won from fct_deals where deal_id = 'salesforce:s2'"
    )
    assert row == ("salesforce", "Old Stage", "other", False, False)
