"""The application as a server calls it."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keytally.site.settings")

application = get_wsgi_application()
# What the program itself is made of never becomes rubbish: looking through it would hold up a request now and then.
gc.collect()
gc.freeze()
