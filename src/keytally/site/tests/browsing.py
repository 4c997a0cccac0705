"""Lets people in in a browser as the log-in page does, without typing into it; its own tests do that."""

from django.conf import settings
from django.test import Client

from keytally.core.models import User


def let_in(page, address, person, *, language=None):
    """Give the browser the cookies of a person who has logged in; with a language, the person reads in it from now."""
    if language is not None:
        User.objects.filter(pk=person.pk).update(language=language)
        person.refresh_from_db()
    client = Client()
    client.force_login(person)
    cookies = {
        settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value,
        settings.LANGUAGE_COOKIE_NAME: person.language,
    }
    page.context.clear_cookies()
    page.context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies.items()])
