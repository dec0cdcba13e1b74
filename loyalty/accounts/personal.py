"""What allauth and Django keep about a sign-in."""

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt, AccessLog
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from pghistory.models import MiddlewareEvents

from loyalty.accounts.lockouts import LOCKOUTS
from members import secret_keys
from members.models import Member, User
from members.operations.holdings import ALSO, Person, excuse, holds, keeps_sign_in

holds(EmailAddress, by_user=("user",))
holds(Authenticator, by_user=("user",), hides=("data",))
holds(UserSession, by_user=("user",), hides=("ip", "data"))

excuse(LogEntry, "user", why="The work of staff.")
excuse(MiddlewareEvents, "user", why="A reading of the history of configuration, without rows.")


def close_the_door(person: Person) -> None:
    """Whoever has no desk here leaves no way to sign in; nobody's session goes on."""
    types = ContentType.objects.get_for_models(Member, User)
    about = {types[Member]: [str(each.pk) for each in person.members]}
    if person.user is not None:
        about[types[User]] = [str(person.user.pk)]
    for kind, ids in about.items():
        LogEntry.objects.filter(content_type=kind, object_id__in=ids).update(
            object_repr="Erased", change_message=""
        )
    if person.user is None:
        return
    tried = [
        digest.hex()
        for word in person.words
        for digest in secret_keys.digests(word.lower(), purpose=LOCKOUTS)
    ]
    AccessAttempt.objects.filter(username__in=tried).delete()
    # Of the time when each sign-in was still written down.
    AccessLog.objects.filter(username__in=person.words).delete()
    for session in UserSession.objects.filter(user=person.user):
        session.end()
    if not keeps_sign_in(person.user):
        EmailConfirmation.objects.filter(email_address__user=person.user).delete()
        EmailAddress.objects.filter(user=person.user).delete()
        Authenticator.objects.filter(user=person.user).delete()


ALSO.append(close_the_door)
