"""Which content security policy a page gets. Every page gets one."""

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

#: By the beginning of the path; everything else gets the strict policy.
LOOSER = {
    "/admin/": "STAFF_CONTENT_SECURITY_POLICY",
    "/api/v1/docs/": "DOCS_CONTENT_SECURITY_POLICY",
}


#: What no page may ask a device for; the one page that may says so itself.
DEVICES = "camera=(), geolocation=(), microphone=()"


class PolicyMiddleware(CSPMiddleware):
    """The strict policy, but for the few places that cannot work under it."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Beside the content's policy that of the device's parts."""
        response.setdefault("Permissions-Policy", DEVICES)
        return super().process_response(request, response)

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        """The parts of the header for this path."""
        parts = super().get_policy_parts(request, response, report_only)
        if not report_only:
            for prefix, name in LOOSER.items():
                if request.path_info.startswith(prefix):
                    parts.config = getattr(settings, name)
        return parts
