"""The door: which pages there are. Nothing else belongs here; each page is a file in ``app_pages``.

streamlit run dashboards/app.py
"""

from pathlib import Path

import streamlit as st

PAGES = {
    "Company": [
        st.Page("app_pages/overview.py", title="Overview", default=True),
        st.Page("app_pages/coaching_and_quota.py", title="Coaching and quota"),
        st.Page("app_pages/coaching_worth.py", title="What coaching is worth"),
        st.Page("app_pages/cost_of_the_gap.py", title="Cost of the gap"),
        st.Page("app_pages/ramp.py", title="Ramp"),
    ],
    "People": [
        st.Page("app_pages/this_week.py", title="This week"),
        st.Page("app_pages/team.py", title="Team"),
        st.Page("app_pages/rep.py", title="Rep"),
        st.Page("app_pages/call_review.py", title="Call review"),
        st.Page("app_pages/pulse.py", title="Pulse"),
    ],
    "Data": [st.Page("app_pages/data_health.py", title="Data health")],
}

st.set_page_config(page_title="Sideline", layout="wide")
st.logo(Path(__file__).with_name("wordmark.svg"), size="large")
st.navigation(PAGES).run()
