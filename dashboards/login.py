"""The e-mail of the person at the screen: from OpenID Connect where Streamlit's secrets name it, else from settings."""

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from pipelines.settings import Settings

UNVERIFIED = ""  # an address that belongs to nobody


def viewer_email(settings: Settings) -> str | None:
    """Address to look up, or None in single-user mode; ends the page with a login button when nobody is logged in."""
    if not is_configured():
        return settings.viewer_email
    if not st.user.is_logged_in:
        st.title("Sideline")
        st.write("Log in with your company account to see your calls and numbers.")
        st.button("Log in", on_click=st.login, type="primary")
        st.stop()
    if st.user.get("email_verified") is False:
        return UNVERIFIED
    return str(st.user.get("email") or UNVERIFIED)


def is_configured() -> bool:
    """Whether the secrets hold an ``[auth]`` section for ``st.login``."""
    try:
        return "auth" in st.secrets
    except StreamlitSecretNotFoundError:
        return False
