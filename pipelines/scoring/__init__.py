"""What was said on a call, measured (signals), judged (scores against a rubric) and pointed at (moments).

Reads transcripts from the lake and rubric files; writes signals, scores, moments and 1:1 sessions. No audio, no SQL, and
nothing relative to other calls: a call's score depends on that call, the rubric and the scorer alone.
"""
