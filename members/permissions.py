"""Verdicts, and who may see and change what a member owns."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from members.models import Job


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether something is allowed, and the sentence that says why not. Truthy when allowed."""

    allowed: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.allowed


ALLOWED = Verdict(True)


def refused(reason: str) -> Verdict:
    """A refusal with its reason."""
    return Verdict(False, reason)


def held(user, permission: str) -> Verdict:
    """Console staff with this permission, by name."""
    if user.is_active and user.is_staff and user.has_perm(permission):
        return ALLOWED
    return refused(_("You need the permission %(name)s.") % {"name": permission})


def can_retry(user, job: Job) -> Verdict:
    """Staff with the permission, once the queue has given up on it."""
    if job.state != Job.State.DEAD:
        return refused(_("Only a job that gave up can be tried again."))
    return held(user, "members.change_job")
