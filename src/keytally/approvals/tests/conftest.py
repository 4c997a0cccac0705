import pytest

from keytally.approvals.tests import cast
from keytally.approvals.tests import definitions as given


@pytest.fixture
def company(db):
    made = cast.make_company()
    cast.accept(*given.EVERY, by=made.admin)
    return made
