"""The line itself, in plain Python and Polars. Nothing here imports Dagster or reads the clock."""
