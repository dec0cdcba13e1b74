"""Saved views in the staff console: kept and forgotten from the list they belong to."""

from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from loyalty.measurement.models import SavedView
from loyalty.measurement.operations import saved_views
from loyalty.measurement.permissions import can_forget
from loyalty.measurement.sidebar import list_address, may_see
from members.console import ReadOnlyAdmin
from members.domain.actors import Actor
from members.doors import staff_of


class KeepForm(forms.Form):
    """A name for a list as it is shown."""

    label = forms.CharField(max_length=60)
    name = forms.CharField(max_length=60)
    query = forms.CharField(max_length=4000, required=False)
    is_shared = forms.BooleanField(required=False)

    def clean_label(self) -> str:
        """A list that there is."""
        label = self.cleaned_data["label"]
        try:
            model = apps.get_model(label)
        except (LookupError, ValueError):
            model = None
        if model is None or not admin.site.is_registered(model):
            raise forms.ValidationError(_("There is no such list."))
        return model._meta.label_lower


@admin.register(SavedView)
class SavedViewAdmin(ReadOnlyAdmin):
    """One's own views and the shared ones. Whoever may see a list may keep it."""

    list_display = ("name", "label", "owner", "is_shared", "created_at")
    list_filter = ("is_shared",)
    list_select_related = ("owner",)
    search_fields = ("name",)
    ordering = ("label", "name")
    fields = ("name", "label", "query", "owner", "is_shared", "created_at")

    def has_view_permission(self, request: HttpRequest, obj: SavedView | None = None) -> bool:
        """Staff with the permission; of a list that they may see."""
        may = super().has_view_permission(request, obj)
        return may and (obj is None or may_see(request, obj.label))

    def get_queryset(self, request: HttpRequest) -> QuerySet[SavedView]:
        """One's own, and what is shared of lists that one may see."""
        found = super().get_queryset(request)
        labels = found.values_list("label", flat=True).distinct().order_by()
        seen = [label for label in labels if may_see(request, label)]
        shared = found.filter(is_shared=True, label__in=seen)
        return shared | found.filter(owner_id=request.user.pk)

    def get_urls(self) -> list[URLPattern]:
        """The two verbs beside the stock pages."""
        keep, forget = (
            self.admin_site.admin_view(view) for view in (self.keep_view, self.forget_view)
        )
        return [
            path("keep/", keep, name="measurement_savedview_keep"),
            path("<int:pk>/forget/", forget, name="measurement_savedview_forget"),
            *super().get_urls(),
        ]

    @method_decorator(require_POST)
    def keep_view(self, request: HttpRequest) -> HttpResponse:
        """Keep the list that the form was sent from; then back to it."""
        form = KeepForm(request.POST)
        if not form.is_valid():
            if "label" in form.errors:
                raise Http404
            label = form.cleaned_data["label"]
            messages.error(request, _("A name of up to 60 letters is needed."))
            return redirect(f"{list_address(label)}?{form.data.get('query', '')}")
        wanted = form.cleaned_data
        if not may_see(request, wanted["label"]):
            raise PermissionDenied
        back = f"{list_address(wanted['label'])}?{wanted['query']}"
        try:
            view = saved_views.keep(
                wanted.pop("name"),
                owner=staff_of(request),
                actor=Actor.user(request.user),
                **wanted,
            )
        except ValidationError as refusal:
            messages.error(request, refusal.messages[0])
        else:
            messages.success(request, _("Kept as “%(name)s”.") % {"name": view.name})
        return redirect(back)

    @method_decorator(require_POST)
    def forget_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Forget it; then back to its list."""
        view = get_object_or_404(self.get_queryset(request), pk=pk)
        verdict = can_forget(request.user, view)
        if not verdict:
            raise PermissionDenied(verdict.reason)
        saved_views.forget(view, actor=Actor.user(request.user))
        messages.success(request, _("“%(name)s” is forgotten.") % {"name": view.name})
        return redirect(list_address(view.label))
