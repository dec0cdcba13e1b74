"""The partner console: asking a community pool for money, and seeing what became of it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from events_directory.domain import money
from events_directory.forms import ApplicationForm
from events_directory.models import GrantApplication, Pool
from events_directory.operations import applications
from events_directory.views import desk
from events_directory.views.outcomes import attempt, attempt_alone
from members.domain.actors import Actor


@login_required
@require_GET
def grants(request: HttpRequest, slug: str) -> HttpResponse:
    """My applications and where they stand."""
    partner = desk.organisation(request, slug)
    rows = partner.applications.select_related("pool", "grant").order_by("-created_at", "-pk")
    page = Paginator(rows, 25).get_page(request.GET.get("page"))
    open_pools = Pool.objects.filter(is_open=True).exists()
    return desk.page(request, "grants", partner, page=page, open_pools=open_pools)


@login_required
@require_http_methods(["GET", "POST"])
def new_grant(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin an application; it is saved as a draft."""
    partner = desk.organisation(request, slug)
    form = ApplicationForm(request.POST or None, pools=Pool.objects.filter(is_open=True))
    if request.method == "POST":
        actor = Actor.user(request.user)
        row = attempt(
            form,
            lambda: applications.draft(
                partner, pool=form.cleaned_data["pool"], actor=actor, **_fields(form)
            ),
        )
        if row is not None:
            return redirect("partner:grant", slug, row.pk)
    return desk.page(request, "grant_form", partner, form=form)


def _fields(form: ApplicationForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in applications.EDITABLE}


def _own(request: HttpRequest, slug: str, pk: int) -> GrantApplication:
    partner = desk.organisation(request, slug)
    rows = partner.applications.select_related("partner", "pool", "grant")
    return get_object_or_404(rows, pk=pk)


@login_required
@require_GET
def grant(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One application: its stage, its reason, its money."""
    row = _own(request, slug, pk)
    awarded = getattr(row, "grant", None)
    return desk.page(
        request,
        "grant",
        row.partner,
        application=row,
        awarded=awarded,
        parts=awarded.disbursements.order_by("pk") if awarded else [],
        may={verb: row.allows(verb) for verb in ("edit", "submit", "withdraw")},
    )


@login_required
@require_http_methods(["GET", "POST"])
def edit_grant(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change a draft."""
    row = _own(request, slug, pk)
    initial = {name: getattr(row, name) for name in applications.EDITABLE} | {
        "pool": row.pool_id,
        "amount": money.major(row.requested, row.pool.currency),
    }
    form = ApplicationForm(
        request.POST or None, initial=initial, pools=Pool.objects.filter(pk=row.pool_id)
    )
    if request.method == "POST":
        actor = Actor.user(request.user)
        if attempt(form, lambda: applications.edit(row, actor=actor, **_fields(form))):
            return redirect("partner:grant", slug, pk)
    return desk.page(request, "grant_form", row.partner, form=form, application=row)


@login_required
@require_POST
def submission(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Hand the application in."""
    row = _own(request, slug, pk)
    attempt_alone(
        request,
        lambda: applications.submit(row, actor=Actor.user(request.user)),
        done=_("Your application is handed in. Two people will decide about it."),
    )
    return redirect("partner:grant", slug, pk)


@login_required
@require_POST
def withdrawal(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take it back."""
    row = _own(request, slug, pk)
    attempt_alone(
        request,
        lambda: applications.withdraw(row, actor=Actor.user(request.user)),
        done=_("Your application is withdrawn."),
    )
    return redirect("partner:grant", slug, pk)
