"""Pages that are kept for as long as what they were made of stays the same (ADR 50).

They lie in the memory of the process that made them, so no other release shows them and nothing of them is
written down. What belongs to one answer alone, the policy's nonce and the form's token, is blanked when it is
kept, and filled in anew each time.
"""

import re
import zlib
from datetime import datetime
from hashlib import sha256
from secrets import token_hex

from django.conf import settings
from django.contrib.messages import get_messages
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils.translation import get_language

#: What time alone changes on a page (an offer that begins, points in their last month) shows with the next
#: multiple of this: such things begin on full and half hours.
TICK_MINUTES = 5
#: Nobody who writes a text can know these.
_NONCE, _TOKEN = token_hex(16).encode(), token_hex(16).encode()
_FIELD = re.compile(rb'(name="csrfmiddlewaretoken" value=")[^"]+')


def name_for(request: HttpRequest, state: str, at: datetime) -> str:
    """Under what the page of this request is kept while `state` lasts."""
    tick = at.replace(minute=at.minute - at.minute % TICK_MINUTES, second=0, microsecond=0)
    told = (request.path, request.scheme, request.get_host(), get_language(), tick.isoformat())
    return sha256(repr((request.user.pk, state, *told)).encode()).hexdigest()


def may_keep(request: HttpRequest) -> bool:
    """Whether nothing but the state, the hour and the language makes this page: no note that is shown once,
    no staff looking on, no question in the address."""
    return (
        not settings.DEBUG
        and request.method == "GET"
        and not request.META.get("QUERY_STRING")
        and getattr(request, "viewed_member", None) is None
        and not len(get_messages(request))
    )


def kept(request: HttpRequest, name: str) -> HttpResponse | None:
    """The page that is kept under this name, made this request's own; None: there is none."""
    found = caches["pages"].get(name)
    if found is None:
        return None
    page = zlib.decompress(found)
    page = page.replace(_NONCE, str(request.csp_nonce).encode())  # type: ignore[attr-defined] # by `csp`
    return HttpResponse(page.replace(_TOKEN, get_token(request).encode()))


def keep(request: HttpRequest, name: str, response: HttpResponse) -> None:
    """Keep a page that was just made for this request."""
    nonce = str(request.csp_nonce).encode()  # type: ignore[attr-defined] # by `csp`
    page = _FIELD.sub(rb"\g<1>" + _TOKEN, response.content.replace(nonce, _NONCE))
    caches["pages"].set(name, zlib.compress(page, level=1))
