"""What happens to every page on its way out."""

from collections.abc import Callable

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse


class InvalidFormStatus:
    """A page that shows a refused form says so in its status too: 422 instead of 200.

    Our own views do it themselves; this is for those of allauth, which know only 200.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass through; the work is done before the page is rendered."""
        return self._get_response(request)

    def process_template_response(
        self, request: HttpRequest, response: TemplateResponse
    ) -> TemplateResponse:
        """Mark the answer to a POST whose form is bound and has errors."""
        is_account_page = request.path.startswith("/account/")
        if request.method == "POST" and response.status_code == 200 and is_account_page:
            forms = (response.context_data or {}).values()
            if any(isinstance(form, BaseForm) and form.errors for form in forms):
                response.status_code = 422
        return response
