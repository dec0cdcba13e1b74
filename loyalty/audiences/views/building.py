"""What the builder's page asks the server while a segment is being described. Nothing is saved here."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from loyalty.audiences import building, permissions
from loyalty.audiences.errors import BadCondition
from loyalty.audiences.forms import mark_of
from loyalty.audiences.models import Segment
from loyalty.audiences.operations import belonging


@require_POST
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """The condition in words and its fault by place; how many it describes, and ten of them. The `mark`
    lets what was looked at be saved."""
    segment = Segment.objects.filter(pk=pk).first()
    if segment is None:
        raise Http404
    verdict = permissions.can_revise(request.user, segment)
    if not verdict:
        raise PermissionDenied(verdict.reason)
    try:
        sent = building.read_json(request.body)
    except ValueError as fault:
        return JsonResponse({"faults": [{"pointer": "/", "why": str(fault)}]}, status=400)
    tree = sent.get("conditions") if isinstance(sent, dict) else None
    try:
        found = belonging.audience(tree)
    except BadCondition as refusal:
        said = refusal.params or {}
        pointer = "/conditions" + str(said["pointer"]).rstrip("/")
        return JsonResponse({"faults": [{"pointer": pointer, "why": said["why"]}]})
    people = building.people_as_json(found, request.user)
    words = {"if": found.words}
    return JsonResponse({"faults": [], "said": words, "members": people, "mark": mark_of(tree)})
