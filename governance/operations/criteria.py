"""Publishing what cases are judged by."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from governance import errors
from governance.domain import rubric
from governance.models import Criteria
from members import clock
from members.domain.actors import Actor
from members.operations import audit

FAULTS = {
    rubric.Fault.EMPTY: errors.CriteriaEmpty,
    rubric.Fault.REPEATED: errors.CriteriaRepeated,
    rubric.Fault.WEIGHTS: errors.CriteriaWeights,
    rubric.Fault.MARKS: errors.CriteriaMarks,
}


@transaction.atomic
def publish(
    slug: str,
    *,
    title: str,
    criteria: Sequence[rubric.Criterion],
    actor: Actor,
    at: datetime | None = None,
) -> Criteria:
    """Publish the next version of `slug`. The same words again return the version in force.

    Raises CriteriaEmpty, CriteriaRepeated, CriteriaWeights or CriteriaMarks.
    """
    fault = rubric.fault_of(criteria)
    if fault is not None:
        raise FAULTS[fault]()
    items = [criterion.as_item() for criterion in criteria]
    newest = Criteria.objects.newest(slug)
    if newest is not None and (newest.title, newest.items) == (title, items):
        return newest
    try:
        with transaction.atomic():
            published = Criteria.objects.create(
                slug=slug,
                version=newest.version + 1 if newest else 1,
                title=title,
                items=items,
                published_at=at or clock.now(),
            )
    except IntegrityError:  # somebody published this version at the same moment: look again
        return publish(slug, title=title, criteria=criteria, actor=actor, at=at)
    audit.record(
        published,
        actor=actor,
        verb="governance.criteria.published",
        after={"slug": slug, "version": published.version},
    )
    return published
