"""What stands between a right password and being signed in, besides what allauth asks."""

from allauth.account.stages import LoginStage
from django.http import HttpResponse
from django.shortcuts import redirect

from members.models import Member
from members.operations import consent_texts


class TermsStage(LoginStage):
    """Members who have not agreed to the terms as they are now are asked, before they are in."""

    key = "terms"
    urlname = "account_terms"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """Go on, or first to the page with the terms."""
        member = Member.objects.of(self.login.user).first()
        if member is None or consent_texts.terms_due(member) is None:
            return None, True
        return redirect(self.urlname), True
