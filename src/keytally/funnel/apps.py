"""Tells Django of the capability."""

from django.apps import AppConfig


class FunnelConfig(AppConfig):
    """What may be sold to whom, and how far it is."""

    name = "keytally.funnel"
    label = "funnel"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare the rules as data, and the finders of evidence."""
        from keytally.funnel import exports_measures, tasks_measures  # noqa: F401 - register lists and chores
        from keytally.funnel.forecast_rules import declare_measure_rules
        from keytally.funnel.queries import found_in_house  # noqa: F401 - registers the finders
        from keytally.funnel.rule_data import declare_rules

        declare_rules()
        declare_measure_rules()
