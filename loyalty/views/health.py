"""Is the process alive, and is the installation ready for people?"""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from loyalty.runtime import readiness


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the process can answer at all; asks nobody else."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when every check is well, else 503 with the names of those that are not."""
    found = readiness.findings()
    failed = [name for name, finding in found.items() if not finding.is_well]
    return JsonResponse(
        {
            "status": "unready" if failed else "ready",
            "failed": failed,
            "checks": {name: finding.as_json() for name, finding in found.items()},
        },
        status=503 if failed else 200,
    )
