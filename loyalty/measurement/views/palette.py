"""The address that Ctrl-K and the sidebar's search box ask."""

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from loyalty.measurement import palette

LONGEST = 80


def search(request: HttpRequest) -> HttpResponse:
    """What the words lead to. Nothing is kept from one request to the next: what somebody may see can
    end with any of them, and names of members belong into no cache."""
    asked = request.GET.get("s", "").strip()[:LONGEST]
    if not asked:
        return HttpResponse()
    pages = Paginator(palette.found(request, asked), 100)
    whole = "extended" in request.GET
    name = "command_results" if whole else "search_results"
    context = {
        **({} if whole else admin.site.each_context(request)),
        "page_obj": pages,
        "results": pages.page(1),
        "page_counter": 0,
        "execution_time": 0,
        "command_show_history": False,
    }
    template = f"unfold/helpers/{name}.html"
    return TemplateResponse(request, template, context, headers={"HX-Trigger": "search"})
