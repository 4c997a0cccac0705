"""The application as a server calls it."""

import gc
import os
import sys

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keytally.site.settings")

application = get_wsgi_application()
# What the program itself is made of never becomes rubbish: looking through it would hold up a request now and then,
# as would looking through all that lives for long; so most of it is looked through seldom.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)
# A request that comes back from the database waits for another that computes: at most so many seconds each time.
sys.setswitchinterval(0.0005)
