"""What holds for a funnel without a database: stages, gates, evidence, who decides, what closes."""
