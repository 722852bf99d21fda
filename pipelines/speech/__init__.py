"""From sound, or a vendor's transcript, to who said what and when. Judging what was said belongs in ``scoring``."""
