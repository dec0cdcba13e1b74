"""What follows from a change of somebody's credentials: other sessions end, and points stay for a while.

allauth announces such changes; the only place that listens is here.
"""

from typing import Any

from allauth.account import signals as account
from allauth.account.models import EmailAddress
from allauth.mfa import signals as factors
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.http import HttpRequest

from loyalty.accounts.middleware import FACTOR, SEEN
from loyalty.accounts.second_factor import COUNTING
from members import clock
from members.domain.actors import Actor
from members.models import CredentialChange, Member, User
from members.operations import credentials, keys, members

Kind = CredentialChange.Kind
NOWHERE = "::"  # the address that says nothing


@receiver(account.user_logged_in)
def begin_session(request: HttpRequest, **_: Any) -> None:
    """From now on it is kept when the session was last used."""
    request.session[SEEN] = clock.now().timestamp()


@receiver(pre_save, sender=UserSession)
def keep_no_place(instance: UserSession, **_: Any) -> None:
    """The list of sessions names devices and times; where somebody was is nobody's business."""
    instance.ip = NOWHERE


@receiver(account.password_reset)
def password_reset(user: User, **_: Any) -> None:
    """By a link in the mail, so by whoever reads it."""
    credentials.changed(user, kind=Kind.PASSWORD_RESET, actor=Actor.user(user))


@receiver(account.password_changed)
def password_changed(user: User, **_: Any) -> None:
    """Django ends the other sessions by itself."""
    credentials.changed(user, kind=Kind.PASSWORD, actor=Actor.user(user))


@receiver(account.email_changed)
def email_changed(
    request: HttpRequest,
    user: User,
    from_email_address: EmailAddress | None,
    to_email_address: EmailAddress,
    **_: Any,
) -> None:
    """The membership's address follows, and what was bought with it."""
    actor, member = Actor.user(user), Member.objects.of(user).first()
    if member is not None:
        address = to_email_address.email
        keys.follow_email(member, address=address, actor=actor, is_verified=True)
        members.update(member, email=address, actor=actor)
    if from_email_address is not None:
        credentials.changed(user, kind=Kind.EMAIL, actor=actor)
        _end_others(request, user)


@receiver(factors.authenticator_added)
@receiver(factors.authenticator_reset)
def factor_added(request: HttpRequest, user: User, **_: Any) -> None:
    """Adding one is done by somebody who has just shown who they are, so points go on leaving."""
    _end_others(request, user)


@receiver(factors.authenticator_removed)
def factor_removed(
    request: HttpRequest, user: User, authenticator: Authenticator, **_: Any
) -> None:
    """Whether one is left that counts is asked anew."""
    request.session.pop(FACTOR, None)
    _end_others(request, user)
    if authenticator.type in COUNTING:
        credentials.changed(user, kind=Kind.FACTOR_REMOVED, actor=Actor.user(user))


@receiver(factors.authenticator_used)
def factor_used(user: User, authenticator: Authenticator, **_: Any) -> None:
    """A recovery code may have been found; a factor of long standing shows that it is they."""
    actor = Actor.user(user)
    if authenticator.type in COUNTING:
        credentials.confirm(user, proven_since=authenticator.created_at, actor=actor)
    else:
        credentials.changed(user, kind=Kind.RECOVERY, actor=actor)


def _end_others(request: HttpRequest, user: User) -> None:
    for session in UserSession.objects.filter(user=user):
        if session.session_key != request.session.session_key:
            session.end()
