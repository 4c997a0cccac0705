"""Who asked for a job of an import?"""

from keytally.core.models import User
from keytally.jobs.models import Job


def owner_of_job(number: int) -> User:
    """Find who asked for a job, with the rights of today."""
    return User.objects.get(pk=Job.objects.values_list("owner", flat=True).get(pk=number))
