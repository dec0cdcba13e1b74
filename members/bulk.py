"""The steps of the console for many rows: found by name, and taken on one row after the other."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid5

from django.apps import apps
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import QueryDict
from django.utils.translation import gettext as _

from members.console import Step, StepsAdmin
from members.domain.actors import Actor
from members.models import BulkRun
from members.operations import bulk
from members.operations.jobs import does


def step_of(run: BulkRun) -> tuple[StepsAdmin, Step] | None:
    """The page and the step; None when the code has neither any more."""
    try:
        page = admin.site._registry.get(apps.get_model(run.label))
    except LookupError:
        return None
    if not isinstance(page, StepsAdmin) or run.step not in page.bulk:
        return None
    return page, next(step for step in page.steps if step.name == run.step)


def taker(run: BulkRun) -> Callable[[int], str]:
    """What `operations.bulk` does to each row: asks anew whether this person may, and acts."""
    found = step_of(run)
    user = run.asked_by

    def take(pk: int) -> str:
        if found is None or not user.has_perm(found[1].permission):
            raise ValidationError(_("You may not do this any more."))
        page, step = found
        subject = page.model._default_manager.filter(pk=pk).first()
        if subject is None:
            raise ValidationError(_("It is not there any more."))
        verdict = step.can(user, subject)
        if not verdict:
            raise ValidationError(verdict.reason)
        if not step.fits(subject):
            raise ValidationError(_("Its state does not allow it."))
        name = str(subject)
        step.act(subject, actor=Actor.user(user), **_asked(step, run, subject))
        return name

    return take


def _asked(step: Step, run: BulkRun, subject: Model) -> dict[str, Any]:
    """What the form asked, with a key for each row where the step has one."""
    form = step.form(QueryDict(run.asked))
    if not form.is_valid():
        raise ValidationError([fault for faults in form.errors.values() for fault in faults])
    asked = dict(form.cleaned_data)
    if isinstance(asked.get("key"), UUID):
        asked["key"] = uuid5(asked["key"], str(subject.pk))
    return asked


@does("bulk.take", outside=True)
def take_on(arguments: dict[str, Any]) -> None:
    """Take a bulk run further: `{"run": id}`. Each row is a transaction of its own."""
    run = BulkRun.objects.select_related("asked_by").get(pk=arguments["run"])
    bulk.take(run.pk, taker(run), most=bulk.PART)
