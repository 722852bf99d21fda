"""Land exports of the source systems in the raw lake as they are. Cleaning and joining are dbt's work."""
