"""A stranger's entry, question and value given, for the walk of every route."""

from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.services.nodes import NewAccount, add_account
from keytally.core.clock import business_date
from keytally.core.models import User
from keytally.core.tests.samples import Samples, Secret
from keytally.playbook.labels import ValueKind
from keytally.playbook.rules.clock import Desk
from keytally.playbook.rules.entries import Content, EntryKind, Text
from keytally.playbook.services import entries, support, value

TITLE, QUESTION, GIVEN, CHAIN = (
    "secrettitleofentry",
    "secretquestionasked",
    "secretvaluegiven",
    "secretchainofentry",
)


def samples(stranger, *, now):
    today, boss = business_date(now), User.objects.get(username="far-boss")
    wanted = NewAccount(kind=NodeKind.CHAIN, name_zh=CHAIN, owner=stranger)
    node = add_account(wanted, by=stranger, on=today, now=now)
    content = Content(EntryKind.LESSON, Text(TITLE, TITLE), Text("x", "x"), node=node.pk)
    entry = entries.add_entry(content, by=stranger, now=now)
    expert = support.name_expert(boss, desk=Desk.EXECUTIVE, topics=[], starts_on=today, by=boss, now=now)
    question = support.ask(support.Wish(QUESTION, "x", node=node), by=stranger, now=now)
    given = value.record_value(node, value.Gift(ValueKind.TIE, GIVEN, today), by=stranger, today=today, now=now)
    return Samples(
        values={
            "playbook:entry:number": entry.pk,
            "playbook:edit:number": entry.pk,
            "playbook:retire:number": entry.pk,
            "playbook:thank:number": entry.pk,
            "playbook:restore:number": entry.pk,
            "playbook:restore:version": 1,
            "playbook:question:number": question.pk,
            "playbook:answer:number": question.pk,
            "playbook:pass:number": question.pk,
            "playbook:react:number": question.pk,
            "playbook:react:how": ["helped", "again", "withdraw"],
            "playbook:expert_id": expert.pk,
            "playbook:give:number": node.pk,
            "playbook:value_id": given.pk,
            "api/playbook:number": [entry.pk, question.pk, node.pk],
        },
        secrets=[
            Secret(TITLE, "playbook.view"),
            Secret(QUESTION, "playbook.questions"),
            Secret(GIVEN, "accounts.view"),
            Secret(CHAIN, "accounts.view"),
        ],
        subjects={
            "playbook_entry": (entry.pk, "playbook.view"),
            "support_question": (question.pk, "playbook.questions"),
        },
    )
