"""What makes opened vouchers readable without a connection: the worker, and the page for all the rest."""

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from loyalty.branding import Brand
from loyalty.settings import BASE_DIR

WORKER = "js/worker.js"
SHEET = "css/main.css"
FOLDER = BASE_DIR / "static"
#: What a page shows besides its sheet and its scripts.
PICTURES = (
    "icons/favicon.svg",
    "icons/laurel.svg",
    "vendor/lucide/sprite.svg",
    "vendor/inter/inter-latin-opsz-normal.woff2",
    "vendor/inter/inter-latin-ext-opsz-normal.woff2",
)


@require_safe
@never_cache
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, from the root, so that the whole site is in its scope.

    Its text names every file it keeps by the name that changes with the content: with any change of
    those the browser finds another worker here, and the new one takes over.
    """
    files = [*map(static, _files()), *_branded()]
    shell = {"offline": reverse("offline"), "files": files}
    script = static(WORKER)
    shell["version"] = sha256(json.dumps([shell, script]).encode()).hexdigest()[:12]
    text = f"self.SHELL = {json.dumps(shell)};\nimportScripts({json.dumps(script)});\n"
    return HttpResponse(text, content_type="text/javascript; charset=utf-8")


@require_safe
@never_cache
def offline(request: HttpRequest) -> HttpResponse:
    """What is shown for a page that cannot be reached. It says nothing about anybody."""
    return render(request, "portal/offline.html")


def _branded() -> Iterator[str]:
    brand = Brand()
    if brand.sheet:
        yield reverse("brand_sheet", args=[brand.sheet])
    if brand.logo:
        yield reverse("brand_logo", args=[brand.logo])


def _files() -> Iterator[str]:
    yield SHEET
    if not isinstance(staticfiles_storage, ManifestFilesMixin):
        # Only where names are final is the sheet made whole; elsewhere it imports its parts.
        sheet = (FOLDER / SHEET).read_text()
        yield from (f"css/{part}" for part in re.findall(r'@import url\("([^"]+)"\)', sheet))
    yield from sorted(
        f"js/{path.name}" for path in Path(FOLDER, "js").glob("*.js") if path.name != "worker.js"
    )
    yield from PICTURES
