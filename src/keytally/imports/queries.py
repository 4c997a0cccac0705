"""Reads of imports: the files of a batch, its rejected rows, and the profile that fits."""

from django.db.models import Case, CharField, QuerySet, Value, When

from keytally.imports.models import ImportBatch, ImportFile, ImportProfile, RejectedRow


def rejected_rows(*, ours: int, theirs: int) -> QuerySet[RejectedRow]:
    """List the rejected rows of two sides, each with its side."""
    side = Case(When(batch_id=ours, then=Value("ours")), default=Value("theirs"), output_field=CharField())
    return RejectedRow.objects.filter(batch_id__in=[ours, theirs]).annotate(side=side).order_by("side", "pk")


def files_of(*batches: ImportBatch | None) -> list[list[ImportFile]]:
    """List the files of several batches, in one query."""
    wanted = [batch.pk if batch else None for batch in batches]
    found = ImportFile.objects.filter(batch_id__in=[pk for pk in wanted if pk]).select_related("attachment")
    by_batch: dict[int, list[ImportFile]] = {}
    for file in found.order_by("path"):
        by_batch.setdefault(file.batch_id, []).append(file)
    return [by_batch.get(pk or 0, []) for pk in wanted]


def profile_for(*, ours_fingerprint: str, theirs_fingerprint: str) -> ImportProfile | None:
    """Find the profile saved last for files with these headers."""
    fitting = ImportProfile.objects.filter(ours_fingerprint=ours_fingerprint, theirs_fingerprint=theirs_fingerprint)
    return fitting.order_by("-saved_at", "-pk").first() if ours_fingerprint and theirs_fingerprint else None
