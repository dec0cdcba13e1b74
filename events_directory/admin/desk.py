"""What the directory's pages in the staff console share: read-only rows, and buttons that ask first."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import wraps
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.admin import TabularInline
from unfold.dataclasses import ActionDialog
from unfold.decorators import action as unfold_action
from unfold.forms import BaseDialogForm
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from events_directory.domain import money
from events_directory.forms import new_key
from events_directory.templatetags.directory import money as shown
from members.console import ConsoleAdmin
from members.domain.actors import Actor


class ReadOnly:
    """Rows that pages show and only operations write."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody adds a row by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody edits a row by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is ever deleted."""
        return False


class Rows(ReadOnly, TabularInline):
    """Read-only rows below the thing they belong to."""

    extra = 0
    show_change_link = True


class Desk(ReadOnly, ConsoleAdmin):
    """A page of the staff console whose buttons run operations."""

    def row(self, object_id: Any) -> Any:
        """The row that a button is pressed for; None when there is none."""
        return self.get_queryset_for_buttons().filter(pk=object_id).first()

    def get_queryset_for_buttons(self) -> QuerySet:
        """Where `row` looks; pages override it to bring relations along."""
        return self.model._default_manager.all()

    def run(
        self, request: HttpRequest, object_id: Any, act: Callable[[Actor], object], *, done: str
    ) -> HttpResponse:
        """Run an operation as the person at the console; then back to the page, with its answer."""
        try:
            act(Actor.user(request.user))
        except ValidationError as refusal:
            messages.error(request, refusal.messages[0])
        else:
            messages.success(request, done)
        meta = self.model._meta
        page = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[object_id])
        if not _is_within(request):
            return redirect(page)
        return HttpResponse(headers={"HX-Redirect": page})

    def run_on_all(
        self, request: HttpRequest, rows: Iterable[Model], act: Callable[[Any, Actor], object]
    ) -> None:
        """Run an operation on each chosen row; refusals name their row, the others go through."""
        done = 0
        for row in rows:
            try:
                act(row, Actor.user(request.user))
                done += 1
            except ValidationError as refusal:
                messages.error(request, f"{row}: {refusal.messages[0]}")
        if done:
            text = ngettext("%(count)s done.", "%(count)s done.", done) % {"count": done}
            messages.success(request, text)


class KeyedDialog(BaseDialogForm):
    """A dialog whose sending twice is one request."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=100, initial=new_key)


class ReasonDialog(BaseDialogForm):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, widget=UnfoldAdminTextareaWidget
    )


class AmountDialog(KeyedDialog):
    """An amount as people write it; `minor(currency)` is what operations take."""

    amount = forms.DecimalField(
        label=gettext_lazy("Amount"),
        min_value=Decimal("0.001"),
        max_digits=14,
        widget=UnfoldAdminDecimalFieldWidget,
    )

    def minor(self, currency: str) -> int:
        """The amount in minor units; ValidationError when the currency has fewer decimals."""
        try:
            return money.minor(self.cleaned_data["amount"], currency)
        except ValueError:
            raise ValidationError(_("This currency has fewer decimals.")) from None


class DepositDialog(AmountDialog):
    note = forms.CharField(
        label=gettext_lazy("Where it comes from"),
        max_length=200,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )


class PaymentDialog(KeyedDialog):
    bank_reference = forms.CharField(
        label=gettext_lazy("Bank reference"),
        max_length=80,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )


def _is_within(request: HttpRequest) -> bool:
    """Whether the page that the button is on asks, by htmx."""
    return "HX-Request" in request.headers


def action(**given: Any) -> Callable[[Callable], Callable]:
    """Unfold's button; what it asks stands on a page of its own when it is opened by its address, in another
    tab, or without scripts."""

    def decorate(function: Callable) -> Callable:
        pressed = unfold_action(**given)(function)

        @wraps(pressed)
        def answered(desk: "Desk", request: HttpRequest, *args: Any, **kwargs: Any):
            answer = pressed(desk, request, *args, **kwargs)
            if answer is None or _is_within(request) or answer.status_code != HTTPStatus.OK:
                return answer
            asked = mark_safe(answer.content.decode())  # noqa: S308 rendered just now
            context = desk.admin_site.each_context(request) | {"asked": asked}
            return render(request, "admin/asked.html", context)

        return answered

    return decorate


def ask(title: Any, description: Any, form: type[BaseDialogForm] = BaseDialogForm) -> ActionDialog:
    """The dialog that stands between a button and its operation."""
    return {
        "title": title,
        "description": description,
        "form_class": form,
        "form_submit_text": title,
    }


__all__ = [
    "AmountDialog",
    "BaseDialogForm",
    "DepositDialog",
    "Desk",
    "KeyedDialog",
    "PaymentDialog",
    "ReasonDialog",
    "Rows",
    "action",
    "ask",
    "shown",
]
