"""What every page of the staff console is made of.

Lists that only show; forms that save through an operation and nothing else; and steps, the verbs of
an object's page, which ask first (GET) and act only on a sent form (POST).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextInputWidget

from members import histories, opened
from members.domain.actors import Actor
from members.doors import bulk_door, door
from members.models import User
from members.permissions import Verdict
from members.withheld import seen_by


def person_of(actor: Actor) -> User:
    """The person who takes a step, for operations that ask who decides."""
    assert actor.id is not None  # steps are taken by people
    return User.objects.get(pk=actor.id)


class AskedForm(forms.Form):
    """A step that needs no more than a yes."""


class ReasonForm(forms.Form):
    """A step that is remembered with its reason."""

    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=UnfoldAdminTextInputWidget(), required=True
    )


class OnceForm(ReasonForm):
    """A step that moves points: its key is made with the page, so that sent twice it acts once."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


@dataclass(frozen=True)
class Foreseen:
    """What a step would do, in a sentence; what it would change (term, now, then); what else to know."""

    sentence: str
    changes: Sequence[tuple[str | Promise, str, str]]
    notes: Sequence[str | Promise] = ()


@dataclass(frozen=True)
class Step:
    """A button on an object's page.

    `fits` says whether the object's state makes it possible, `permission` who sees the button, `can`
    whether this user may; `act(subject, actor=…, **what the form asked)` is the operation.
    `foresee`, called like `act`, shows what would come of it before it is confirmed; `said` is the
    sentence about what came of it, from what `act` answered. `leads(request, what came)` goes somewhere
    else than back to the object's page. `starts(subject)` is what the form is filled with.
    """

    name: str
    label: str | Promise
    question: str | Promise
    permission: str
    act: Callable[..., Any]
    can: Callable[[Any, Any], Verdict]
    fits: Callable[[Any], bool] = lambda subject: True
    form: type[forms.Form] = AskedForm
    icon: str = ""
    variant: ActionVariant = ActionVariant.DEFAULT
    foresee: Callable[..., Foreseen] | None = None
    said: Callable[[Any], str] | None = None
    leads: Callable[[HttpRequest, Any], HttpResponse] | None = None
    starts: Callable[[Any], dict[str, Any]] | None = None


@dataclass(frozen=True)
class Menu:
    """Steps that stand together under one button: its title and icon, and their names."""

    title: str | Promise
    icon: str
    steps: tuple[str, ...]


#: Nobody finds out what these hold by asking which rows begin so.
SECRETS = {"password", "digest", "sealed", "sealed_before", "salt"}


class ConsoleAdmin(ModelAdmin):
    """The base of all: nothing can be deleted, long lists are paged, and every object has its history."""

    list_per_page = 50
    show_full_result_count = False
    compressed_fields = True
    warn_unsaved_form = True
    change_list_template = "admin/list.html"
    actions: Any = None

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nothing that a programme is accountable for is deleted by hand."""
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        """The model's own QuerySet, without what is withheld from this person."""
        return seen_by(super().get_queryset(request), request.user)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """As Django says, never by what is secret, and by nothing that no text of the database holds."""
        is_refused = SECRETS & set(lookup.split("__")) or "\0" in str(value)
        return not is_refused and super().lookup_allowed(lookup, value, request)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Who did what to it, when, and what it was before; also what no operation did."""
        subject = self.get_object(request, unquote(object_id))
        if subject is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_or_change_permission(request, subject):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("History: %(subject)s") % {"subject": subject},
            "opts": self.opts,
            "object": subject,
            "moments": histories.page_of(subject, request.GET.get("p", 1)),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/history.html", context)


class SurroundedAdmin(ModelAdmin):
    """A page on which more than the form stands: what `around` answers is there for its templates."""

    def around(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """What stands around the form of a row that this person may see."""
        raise NotImplementedError

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The form, and what stands around it."""
        row = self.get_object(request, object_id)
        if row is not None and self.has_view_permission(request, row):
            extra_context = {**(extra_context or {}), **self.around(request, row)}
        return super().change_view(request, object_id, form_url, extra_context)


class ReadOnlyAdmin(ConsoleAdmin):
    """Rows that people read here, and that only operations write."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Never."""
        return False


class RefusableForm(forms.ModelForm):
    """A form that shows what the operation refused, beside the field when it named one; and that is not
    saved over what somebody else saved since it was opened."""

    refusal: ValidationError | None = None
    carried = ""
    clashes: Sequence[opened.Clash] = ()

    def clean(self) -> dict[str, Any] | None:
        """Add the refusal of the first attempt, so that the input is kept."""
        cleaned = super().clean()
        if self.carried and self.instance.pk is not None:
            self.clashes = opened.clashes(self, self.carried)
            if self.clashes:
                self.add_error(None, _("It was saved by somebody else meanwhile."))
        if self.refusal is not None:
            self._show(self.refusal)
        return cleaned

    def _show(self, refusal: ValidationError) -> None:
        for name, faults in getattr(refusal, "error_dict", {None: refusal}).items():
            self.add_error(name if name in self.fields else None, faults)


class OperationAdmin(ConsoleAdmin):
    """A form whose save is an operation: `add_row(actor, **fields)` and `change_row(row, actor, **fields)`.

    When the operation refuses, nothing has changed and the form comes back with the sentence. When
    somebody else saved meanwhile, it comes back with both versions (409).
    """

    form = RefusableForm
    change_form_before_template = "admin/opened.html"

    def add_row(self, actor: Actor, **fields: Any) -> models.Model:
        """Create the row by an operation; returns it."""
        raise PermissionDenied

    def change_row(self, row: Any, actor: Actor, **fields: Any) -> Any:
        """Change the row by an operation; `fields` holds what the form changed."""
        raise PermissionDenied

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Hand the form's values to the operation."""
        actor = Actor.user(request.user)
        if change:
            changed = {name: form.cleaned_data[name] for name in form.changed_data}
            if changed:
                self.change_row(obj, actor, **changed)
        else:
            obj.pk = self.add_row(actor, **form.cleaned_data).pk
            obj._state.adding = False

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Everything was saved by the operation."""

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any):
        """The form, knowing what was refused a moment ago and what it was opened on."""
        form = super().get_form(request, obj, change, **kwargs)
        knows = {
            "refusal": getattr(request, "refusal", None),
            "carried": request.POST.get(opened.NAME, ""),
        }
        return type(form.__name__, (form,), knows)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """With what the form was opened on: as it is now, or, after a fault of its own, as it was."""
        form, row = context["adminform"].form, kwargs.get("obj")
        if kwargs.get("change") and row is not None:
            context["clashes"] = form.clashes
            carried = request.POST.get(opened.NAME, "")
            stored = self.model._default_manager.get(pk=row.pk) if form.clashes else row
            is_kept = carried and not form.clashes
            context["opened"] = carried if is_kept else opened.token(stored, tuple(form.fields))
        return super().render_change_form(request, context, *args, **kwargs)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show or save; a refusal undoes the save and shows the form again."""
        try:
            with transaction.atomic():
                if request.method == "POST" and object_id:
                    opened.lock(self.model, unquote(object_id))
                response = super().changeform_view(request, object_id, *args, **kwargs)
        except ValidationError as refusal:
            request.refusal = refusal  # type: ignore[attr-defined] # carried to `get_form`
            response = super().changeform_view(request, object_id, *args, **kwargs)
        if request.method == "POST" and isinstance(response, TemplateResponse):
            has_clashes = bool((response.context_data or {}).get("clashes"))
            response.status_code = 409 if has_clashes else 422
        return response


class StepsAdmin(ModelAdmin):
    """Buttons on an object's page, from `steps`; where there are many, some stand under `menus`. Those
    named in `bulk` can be taken on many rows of the list: counted, asked, and refused row by row."""

    steps: tuple[Step, ...] = ()
    menus: tuple[Menu, ...] = ()
    bulk: tuple[str, ...] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Give Unfold the method and the name it looks for, one for each step."""
        super().__init_subclass__(**kwargs)
        for step in cls.steps:
            setattr(cls, step.name, door(step))
            if step.name in cls.bulk:
                setattr(cls, f"bulk_{step.name}", bulk_door(step))
        cls.actions = (
            *(cls.actions or ()),
            *(f"bulk_{name}" for name in cls.__dict__.get("bulk", ())),
        )
        gathered = {name for menu in cls.menus for name in menu.steps}
        cls.actions_detail = (
            *({"title": menu.title, "icon": menu.icon, "items": menu.steps} for menu in cls.menus),
            *(step.name for step in cls.steps if step.name not in gathered),
        )

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list:
        """The buttons that fit the object's state, for those who hold the permission."""
        subject = self.get_object(request, str(object_id))
        fitting = {
            f"{self.opts.app_label}_{self.opts.model_name}_{step.name}"
            for step in self.steps
            if subject is not None and request.user.has_perm(step.permission) and step.fits(subject)
        }
        return [
            action for action in self._get_base_actions_detail() if action.action_name in fitting
        ]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Those on many rows that this person has the permission for."""
        needed = {f"bulk_{step.name}": step.permission for step in self.steps}
        return {
            name: action
            for name, action in super().get_actions(request).items()
            if name not in needed or request.user.has_perm(needed[name])
        }

    def take_step(self, request: HttpRequest, object_id: str, step: Step) -> HttpResponse:
        """Ask (GET) or act (POST). A refusal is shown with its reason: 403, or 422 from the operation."""
        subject = self.get_object(request, object_id)
        if subject is None:
            raise Http404
        if not self.has_view_permission(request, subject):
            raise PermissionDenied
        verdict = step.can(request.user, subject)
        sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
        initial = step.starts(subject) if step.starts else None
        form = step.form(data=sent[0], files=sent[1], initial=initial)
        if not verdict:
            return self._ask(request, subject, step, form, verdict.reason, status=403)
        if request.method != "POST" or not form.is_valid():
            status = 422 if request.method == "POST" else 200
            return self._ask(request, subject, step, form, status=status)
        try:
            return self._act(request, subject, step, form)
        except ValidationError as refusal:
            if step.foresee is None:
                sentence = " ".join(refusal.messages)
                return self._ask(request, subject, step, form, sentence, status=422)
            form.add_error(None, refusal)
            return self._ask(request, subject, step, form, status=422)

    def _act(
        self, request: HttpRequest, subject: models.Model, step: Step, form: forms.Form
    ) -> HttpResponse:
        """Do it, or first show what would come of it."""
        asked = {"actor": Actor.user(request.user), **form.cleaned_data}
        if "again" in request.POST:
            return self._ask(request, subject, step, form, status=200)
        if step.foresee is not None and "sure" not in request.POST:
            foreseen = step.foresee(subject, **asked)
            return self._ask(request, subject, step, form, foreseen=foreseen, status=200)
        done = step.act(subject, **asked)
        if step.leads is not None:
            return step.leads(request, done)
        said = step.said(done) if step.said else _("Done: %(step)s.") % {"step": step.label}
        messages.success(request, said)
        return redirect(self._page(subject))

    def _page(self, subject: models.Model) -> str:
        return reverse(
            f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=(subject.pk,)
        )

    def _ask(
        self,
        request: HttpRequest,
        subject: models.Model,
        step: Step,
        form: forms.Form,
        refusal: str = "",
        *,
        foreseen: Foreseen | None = None,
        status: int,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": step.label,
            "opts": self.opts,
            "subject": subject,
            "step": step,
            "form": form,
            "refusal": refusal,
            "foreseen": foreseen,
            "previews": step.foresee is not None,
            "back": self._page(subject),
        }
        return TemplateResponse(request, "admin/step.html", context, status=status)
