"""What coaching is worth, with what could be wrong beside it. Reads marts, lands long tables."""
