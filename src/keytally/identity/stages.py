"""The steps between password and first page that are ours."""

from allauth.account.stages import LoginStage
from django.http import HttpResponse
from django.shortcuts import redirect

from keytally.identity.queries.factors import has_factor, needs_factor


class SecondFactorStage(LoginStage):  # type: ignore[misc]  # allauth has no types
    """Asks for the second factor; allauth's own would load what only security keys need."""

    key = "second_factor"
    urlname = "second_factor"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """Stop here until the code is right."""
        person = self.login.user
        if person is None or not has_factor(person):
            return None, True
        return redirect(self.urlname), True


class NewFactorStage(LoginStage):  # type: ignore[misc]  # allauth has no types
    """Has a second factor set up before anything is shown, where a role needs one."""

    key = "new_factor"
    urlname = "new_factor"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """Stop here if the person needs a second factor and has none."""
        person = self.login.user
        if person is None or has_factor(person) or not needs_factor(person):
            return None, True
        return redirect(self.urlname), True
