"""Tells Django of the capability."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """Files, import profiles and rejected rows."""

    name = "keytally.imports"
    label = "imports"
