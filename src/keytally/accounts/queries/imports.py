"""Who asked for a job of an import, and what may they do by now?"""

from keytally.core.models import User
from keytally.jobs.models import Job


def owner_of_job(number: int) -> User:
    """Find who asked for a job, with the rights of today."""
    return User.objects.get(pk=Job.objects.values_list("owner", flat=True).get(pk=number))


def again(person: User) -> User:
    """Read a person anew, with the rights of this instant: a job lasts longer than a right may."""
    return User.objects.get(pk=person.pk)
