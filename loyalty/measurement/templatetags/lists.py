"""What stands above every list of the console: its saved views, and the way to take it away."""

from typing import Any

from django import template

from loyalty.measurement.domain import addresses
from loyalty.measurement.models import SavedView
from loyalty.measurement.permissions import can_forget

register = template.Library()


@register.inclusion_tag("admin/list_tools.html", takes_context=True)
def list_tools(context: template.Context) -> dict[str, Any]:
    """The views of this list for this person, which of them is shown, and the address as it is."""
    request, cl = context["request"], context["cl"]
    label, query = cl.opts.label_lower, addresses.kept(request.GET.urlencode())
    views = [
        {
            "name": view.name,
            "link": f"?{view.query}",
            "is_shown": view.query == query,
            "is_shared": view.is_shared,
            "owner": "" if view.is_own else view.owner.get_full_name() or view.owner.email,
            "pk": view.pk if can_forget(request.user, view) else None,
        }
        for view in SavedView.objects.for_list(label, request.user)
    ]
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "label": label,
        "query": query,
        "views": views,
        "count": cl.result_count,
        "may_export": request.user.has_perm("connectors.add_export"),
        "is_filtered": bool(query),
    }
