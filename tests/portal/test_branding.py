"""The programme's own accent, logo and manifest."""

import json
from dataclasses import asdict

import pytest
from django.contrib.staticfiles import finders
from hypothesis import given
from hypothesis import strategies as some

from loyalty import branding
from loyalty.domain import colours

hexes = some.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(hexes)
def test_every_accent_or_the_nearest_to_it_can_be_read_in_both_themes(accent):
    """UA2: 4.5:1 on each surface, and of what stands on it."""
    found = colours.nearest_legible(accent)
    shades = colours.palette(found)
    for ink in (shades.laurel_5, shades.laurel_6):
        for surface in (*colours.PAPER, shades.laurel_1):
            assert colours.contrast(ink, surface) >= 4.5
    for ink in (shades.laurel_night_5, shades.laurel_night_6):
        for surface in (*colours.NIGHT, shades.laurel_night_1, shades.laurel_night_0):
            assert colours.contrast(ink, surface) >= 4.5
    assert all(colours.is_colour(shade) for shade in asdict(shades).values())


def test_contrast_is_that_of_the_standard():
    assert colours.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colours.contrast("#ffffff", "#767676") == pytest.approx(4.54, abs=0.005)


def test_an_accent_that_can_be_read_stays_as_it_is():
    assert colours.nearest_legible(colours.LAUREL) == colours.LAUREL
    assert colours.palette("#0057B8").laurel_5 == "#0057b8"


@pytest.mark.parametrize(
    ("accent", "logo", "said"),
    [
        (colours.LAUREL, "", ""),
        ("red", "", "PROGRAMME_ACCENT is 'red'; write it like #1f6349."),
        (
            "#ffcc00",
            "",
            "PROGRAMME_ACCENT #ffcc00 cannot be read on paper: 1.30:1, and 4.5:1 is needed. "
            "The nearest that can is #846805.",
        ),
        (colours.LAUREL, "/nowhere.svg", "PROGRAMME_LOGO '/nowhere.svg' is no SVG, PNG or WebP file."),
        (colours.LAUREL, __file__, f"PROGRAMME_LOGO {__file__!r} is no SVG, PNG or WebP file."),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_shown_are_refused_in_a_sentence(accent, logo, said):
    assert branding.fault_of(accent, logo) == said


def test_a_logo_that_is_too_large_is_refused(tmp_path):
    large = tmp_path / "logo.png"
    large.write_bytes(b"x" * (branding.LARGEST_LOGO + 1))
    assert branding.fault_of(colours.LAUREL, str(large)) == (
        f"PROGRAMME_LOGO {str(large)!r} is larger than 200 kB."
    )


@pytest.mark.django_db
def test_our_own_green_needs_no_second_stylesheet(client):
    page = client.get("/").content.decode()
    assert page.count('rel="stylesheet"') == 1 and "/brand/" not in page


@pytest.mark.django_db
def test_a_programme_of_its_own_has_its_accent_and_logo_on_every_page(client, settings, tmp_path):
    drawn = tmp_path / "logo.svg"
    drawn.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    settings.PROGRAMME_ACCENT, settings.PROGRAMME_LOGO = "#0057B8", str(drawn)
    page = client.get("/").content.decode()
    assert '<link rel="stylesheet" href="/brand/0057b8.css">' in page
    answer = client.get("/brand/0057b8.css")
    assert answer["Content-Type"] == "text/css" and "immutable" in answer["Cache-Control"]
    assert "--laurel-5: #0057b8;" in answer.content.decode()
    assert client.get("/brand/1f6349.css").status_code == 404
    assert '"/brand/0057b8.css"' in client.get("/worker.js").content.decode()  # UA10: offline too

    address = f"/brand/logo/{branding.Brand().logo}"
    assert f'<img class="mark-logo" src="{address}" alt="">' in page
    answer = client.get(address)
    assert answer["Content-Type"] == "image/svg+xml"
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert client.get("/brand/logo/other").status_code == 404
    icons = json.loads(client.get("/app/en.webmanifest").content)["icons"]
    assert icons == [
        {"src": address, "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    ]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "door"), [("en", "Points"), ("de", "Punkte")])
def test_the_manifest_speaks_the_language_of_the_page_and_its_icons_are_there(
    client, language, door
):
    """UA10."""
    page = client.get("/", headers={"Accept-Language": language}).content.decode()
    assert f'<link rel="manifest" href="/app/{language}.webmanifest">' in page
    answer = client.get(f"/app/{language}.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    manifest = json.loads(answer.content)
    assert (manifest["name"], manifest["display"], manifest["start_url"]) == (
        "Laurel",
        "standalone",
        "/",
    )
    assert (manifest["lang"], manifest["shortcuts"][0]["name"]) == (language, door)
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        assert finders.find(icon["src"].removeprefix("/static/"))


@pytest.mark.django_db
def test_there_is_no_manifest_in_a_language_that_nobody_speaks(client):
    assert client.get("/app/xx.webmanifest").status_code == 404
