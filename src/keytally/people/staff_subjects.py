"""Documents, courses and handovers as subjects of audit entries, attachments and work."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keytally.core.subjects import SubjectKind, register_subject
from keytally.people.queries import documents, handover, tasks, training

register_subject(
    SubjectKind(
        documents.VERSION_KIND,
        label=_("Document version"),
        visible_to=documents.visible_versions,
        url=lambda number: reverse("people:document_version", args=[number]),
    )
)
register_subject(
    SubjectKind(
        training.COURSE_KIND,
        label=_("Training course"),
        visible_to=training.visible_courses,
        url=lambda number: reverse("people:course", args=[number]),
    )
)
register_subject(
    SubjectKind(
        handover.HANDOVER_KIND,
        label=_("Handover"),
        visible_to=handover.visible_handovers,
        url=lambda number: reverse("people:handover", args=[number]),
    )
)
register_subject(
    SubjectKind(
        tasks.TASK_KIND,
        label=_("Task"),
        visible_to=tasks.visible_tasks,
        url=lambda number: reverse("people:task", args=[number]),
    )
)
