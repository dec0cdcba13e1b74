"""The till of a partner: is this coupon good, and taking it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from events_directory.models import Partner
from events_directory.views import desk
from events_directory.views.outcomes import attempt
from loyalty.rewards.forms import CouponForm
from loyalty.rewards.models import Coupon
from loyalty.rewards.operations import coupons as operations
from loyalty.rewards.permissions import can_take_coupons
from members import clock
from members.domain.actors import Actor

LAST = 10


@sensitive_post_parameters("code")
@login_required
@require_http_methods(["GET", "POST"])
def coupons(request: HttpRequest, slug: str) -> HttpResponse:
    """Name a code (or scan it), and read whether it is good. It is a POST, so that codes are in no
    address and in no log."""
    partner = desk.organisation(request, slug, can_take_coupons)
    form = CouponForm(request.POST or None)
    actor = Actor.user(request.user)
    found = attempt(
        form,
        lambda: operations.check(form.cleaned_data["code"], partner_id=partner.pk, actor=actor),
    )
    return _page(request, partner, form, found)


@sensitive_post_parameters("code")
@login_required
@require_POST
def uses(request: HttpRequest, slug: str) -> HttpResponse:
    """Use a coupon up."""
    partner = desk.organisation(request, slug, can_take_coupons)
    form = CouponForm(request.POST)
    actor = Actor.user(request.user)
    used = attempt(
        form,
        lambda: operations.burn(form.cleaned_data["code"], partner_id=partner.pk, actor=actor),
    )
    if used is None:
        return _page(request, partner, form)
    messages.success(request, _("Taken: %(reward)s.") % {"reward": used.reward.name})
    return redirect("partner_rewards:coupons", slug)


def _page(
    request: HttpRequest, partner: Partner, form: CouponForm, found: Coupon | None = None
) -> HttpResponse:
    used = Coupon.objects.filter(reward__partner=partner, state=Coupon.State.BURNT)
    context = {
        "found": found,
        "code": form.cleaned_data["code"] if found is not None else "",
        "is_good": found is not None and found.is_good(clock.now()),
        "used": used.select_related("reward").order_by("-ended_at", "-pk")[:LAST],
    }
    return desk.page(request, "rewards/coupons", partner, form=form, **context)
