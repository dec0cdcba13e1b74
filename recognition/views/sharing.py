"""Who finds an award by its address: everybody while it is shared; its holder and staff always."""

from django.http import Http404, HttpRequest

from recognition.models import BadgeAward

GONE = 410


def is_shown(award: BadgeAward) -> bool:
    """Whether its holder shows it to others: this one, and theirs at all."""
    profile = getattr(award.member, "profile", None)
    return award.is_public and (profile is None or profile.shows_badges)


def award_for(request: HttpRequest, slug: str) -> BadgeAward | None:
    """The award, for whoever may see it; None where it was shared once and is no more. Everything else
    does not exist."""
    awards = BadgeAward.objects.select_related("badge__count", "member__profile")
    found = awards.visible_to(request.user).filter(slug=slug).first()
    if found is None and not BadgeAward.objects.withdrawn().filter(slug=slug).exists():
        raise Http404
    return found
