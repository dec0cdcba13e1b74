"""UM13: a badge as a file, for its holder; and whether it is good, for everybody."""

import json
import struct
import zlib

import jwt
import pytest
from django.conf import settings
from django.core.cache import cache
from django.urls import reverse
from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier
from openbadgeslib.ob3.status import decode_encoded_list, set_indices
from openbadgeslib.verify import verify_badge

from members.operations import erasures, members
from recognition import issuing, signing
from recognition.domain.baking import baked
from recognition.models import Credential
from recognition.operations import badges
from recognition.views import cards
from tests.conftest import SYSTEM
from tests.recognition.conftest import give

pytestmark = pytest.mark.django_db

CHECK = "/b/verification/"


@pytest.fixture(autouse=True)
def keys(settings, tmp_path):
    settings.BADGE_KEYS = str(tmp_path / "badge_keys.pem")
    cache.clear()


@pytest.fixture
def award(badge, amara):
    return give(amara, badge)


@pytest.fixture
def amara_in(client, amara):
    client.force_login(amara.user)
    return client


def take_along(client, award, **said):
    return client.post(reverse("badges:credential", args=[award.slug]), {"do": "make", **said})


def text(response) -> str:
    return response.content.decode()


def texts_in(png: bytes) -> dict[str, str]:
    """The plain texts of a PNG, read chunk by chunk as its standard says; every checksum must hold."""
    found, place = {}, 8
    while place < len(png):
        [size] = struct.unpack(">I", png[place : place + 4])
        kind, body = png[place + 4 : place + 8], png[place + 8 : place + 8 + size]
        [check] = struct.unpack(">I", png[place + 8 + size : place + 12 + size])
        assert check == zlib.crc32(kind + body)
        if kind == b"iTXt":
            keyword, _, rest = body.partition(b"\0")
            assert rest[:2] == b"\0\0", "not compressed"
            _language, _translated, said = rest[2:].split(b"\0", 2)
            assert keyword.decode() not in found
            found[keyword.decode()] = said.decode()
        place += 12 + size
    assert kind == b"IEND"
    return found


def test_its_holder_asks_for_the_file_and_takes_it_back(amara_in, award):
    """UM13: opt-in; nothing is signed before. Fetched as the token and as JSON around it."""
    page = reverse("awards:award", args=[award.slug])
    assert "Make the file" in text(amara_in.get(page))
    assert "Put my name in it: Amara Obi" in text(amara_in.get(page))
    assert amara_in.get(f"/b/{award.slug}.jwt").status_code == 404
    assert take_along(amara_in, award).url == page
    credential = Credential.objects.get()
    assert credential.holder_name == ""
    file = amara_in.get(f"/b/{award.slug}.jwt")
    assert (file.status_code, file["Content-Type"], text(file)) == (
        200,
        "text/plain",
        credential.token,
    )
    assert file["Content-Disposition"] == 'attachment; filename="badge.jwt"'
    around = amara_in.get(f"/b/{award.slug}.json")
    assert around["Content-Type"] == "application/vc+ld+json"
    assert json.loads(around.content)["id"] == f"data:application/vc+jwt,{credential.token}"
    picture = amara_in.get(f"/b/{award.slug}.png")
    assert picture["Content-Type"] == "image/png"
    assert texts_in(picture.content) == {"openbadgecredential": credential.token}
    said = text(amara_in.get(page))
    assert "Your file carries our signature and no name." in said
    take_along(amara_in, award, do="withdraw")
    assert "Make the file" in text(amara_in.get(page))
    assert amara_in.get(f"/b/{award.slug}.jwt").status_code == 404
    assert "It was taken back." in text(amara_in.get(f"{CHECK}{credential.slug}/"))


def test_a_verifier_of_open_badges_takes_it_in(amara_in, award):
    """UM13, A15, A18: by a library that knows nothing of us but our public key; the token, and the picture
    that it is baked into. Of one whose content was changed it takes neither."""
    take_along(amara_in, award)
    token, pem = Credential.objects.get().token, signing.ring()[0].as_pem(private=False)
    read = OB3Verifier(pem).verify(token)
    assert read.achievement.name == "First refill"
    assert read.issuer.id == issuing.issuer().id
    picture = amara_in.get(f"/b/{award.slug}.png").content
    found = verify_badge(picture, "3", pubkey_pem=pem)
    assert (found.valid, found.trusted, found.proof_format) == (True, True, "vc-jwt")
    place = token.index(".") + 40
    forged = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
    with pytest.raises(OB3VerificationError):
        OB3Verifier(pem).verify(forged)
    assert not verify_badge(
        baked(cards.png_of(cards.svg_of(None)), forged), "3", pubkey_pem=pem
    ).valid


def test_a_verifier_hears_of_a_revocation(amara_in, award):
    """UM13, A17: by the signed list that the credential names, which says of each place only whether it is
    revoked; every other place, and a list that nobody signed, tell nothing."""
    take_along(amara_in, award)
    first = Credential.objects.get()
    take_along(amara_in, award, name="on")
    second = Credential.objects.get(withdrawn_at=None)
    pem = signing.ring()[0].as_pem(private=False)

    def served(address: str) -> bytes:
        return amara_in.get(address.removeprefix(settings.PUBLIC_URL)).content

    def check(credential: Credential):
        return OB3Verifier(pem).verify(credential.token, check_status=True, download=served)

    assert check(second).achievement.name == "First refill"
    with pytest.raises(OB3VerificationError, match="is set"):
        check(first)
    badges.revoke(award, reason="Wrong container", actor=SYSTEM)
    with pytest.raises(OB3VerificationError, match="is set"):
        check(second)
    said = jwt.decode(served(issuing.status_list_address(0)), options={"verify_signature": False})
    bits = decode_encoded_list(said["credentialSubject"]["encodedList"])
    assert len(bits) * 8 == 131_072
    assert set_indices(bits) == {first.status_index, second.status_index}
    assert amara_in.get("/b/status/1.jwt").status_code == 404
    forged = served(issuing.status_list_address(0)).decode()[:-8] + "AAAAAAAA"
    with pytest.raises(OB3VerificationError):
        OB3Verifier(pem).verify(
            second.token, check_status=True, download=lambda address: forged.encode()
        )


def test_others_fetch_what_is_shared_and_names_nobody(client, award, amara, bo):
    """UM13, A14: a file with the name is its holder's to give, unless the page shows the name as well."""
    client.force_login(amara.user)
    take_along(client, award, name="on")
    assert Credential.objects.get().holder_name == "Amara Obi"
    place, page = f"/b/{award.slug}.jwt", f"/b/{award.slug}/"
    client.logout()
    assert client.get(place).status_code == 404
    assert "Check this badge" not in text(client.get(page))
    members.update(amara, shows_real_name=True, actor=SYSTEM)
    assert client.get(place).status_code == 200
    assert "Check this badge" in text(client.get(page))
    badges.show(award, holder=amara, is_public=False, actor=SYSTEM)
    assert client.get(place).status_code == 404
    client.force_login(bo.user)
    assert take_along(client, award).status_code == 404
    assert Credential.objects.count() == 1


def test_anybody_checks_by_link_and_by_text(client, award, amara):
    """UM13, A22: valid, revoked, expired or not ours, in words."""
    client.force_login(amara.user)
    take_along(client, award, name="on")
    client.logout()
    credential = Credential.objects.get()
    around = json.dumps({"id": f"data:application/vc+jwt,{credential.token}"})
    for pasted in (credential.token, f"  {credential.token}\n", around):
        page = text(client.post(CHECK, {"credential": pasted}))
        assert "It is good." in page and "Amara Obi" in page and "First refill" in page
    page = text(client.get(f"{CHECK}{credential.slug}/"))
    assert "It is good." in page and 'content="noindex"' in page
    flipped = credential.token[:-8] + "AAAAAAAA"
    page = text(client.post(CHECK, {"credential": flipped}))
    assert "It is not ours." in page and "Amara" not in page
    unknown = client.get(f"{CHECK}AAAAAAAAAAAAAAAAAAAAAA/")
    assert unknown.status_code == 404 and "It is not ours." in text(unknown)
    assert client.post(CHECK, {"credential": ""}).status_code == 422
    badges.revoke(award, reason="Wrong container", actor=SYSTEM)
    page = text(client.post(CHECK, {"credential": credential.token}))
    assert "It was taken back." in page
    for private in ("Amara", "Wrong container"):
        assert private not in page


def test_of_somebody_who_is_erased_nothing_is_said(client, award, amara):
    """UM13, P19: whoever still has the file reads that it counts no more, and no name."""
    client.force_login(amara.user)
    take_along(client, award, name="on")
    client.logout()
    credential = Credential.objects.get()
    erasures.erase(amara, actor=SYSTEM)
    for page in (
        client.post(CHECK, {"credential": credential.token}),
        client.get(f"{CHECK}{credential.slug}/"),
    ):
        assert "It was taken back." in text(page) and "Amara" not in text(page)


def test_the_time_of_a_badge_stands_on_its_page(amara_in, amara):
    """A10."""
    badge = badges.define("brief", name="Brief", criteria="Come.", valid_days=1, actor=SYSTEM)
    award = give(amara, badges.activate(badge, actor=SYSTEM))
    take_along(amara_in, award)
    page = text(amara_in.get(f"/b/{award.slug}/"))
    assert "Counts until" in page and "It counts until" in page


def test_machines_find_the_issuer_its_keys_and_what_was_won(client, badge, settings):
    """UM13, A15: every address that a credential names answers, and to any script."""
    settings.PUBLIC_URL = "http://testserver"
    profile = client.get("/b/issuer.json")
    assert (profile.json()["id"], profile.json()["name"]) == (
        "http://testserver/b/issuer.json",
        "Laurel",
    )
    assert profile["Access-Control-Allow-Origin"] == "*"
    known = client.get("/.well-known/jwks.json").json()["keys"]
    [key] = jwt.PyJWKSet.from_dict({"keys": known}).keys
    alone = client.get(key.key_id.removeprefix("http://testserver"))
    assert alone.json() == known[0] and "d" not in known[0]
    assert client.get("/b/keys/AAAA.json").status_code == 404
    did = client.get("/.well-known/did.json").json()
    assert (did["id"], did["alsoKnownAs"]) == ("did:web:testserver", [profile.json()["id"]])
    assert did["verificationMethod"][0]["publicKeyJwk"] == known[0]
    won = client.get("/b/achievements/first-refill.json").json()
    assert won["criteria"] == {"narrative": "Send one container back."}
    badges.archive(badge, actor=SYSTEM)
    assert client.get("/b/achievements/first-refill.json").status_code == 200
    badges.define("draft", name="Draft", criteria="Wait.", actor=SYSTEM)
    assert client.get("/b/achievements/draft.json").status_code == 404


def test_who_looks_too_often_waits(client, award, settings):
    """UM13: by link or by text, from one address."""
    for _ in range(60):
        assert client.get(f"{CHECK}AAAAAAAAAAAAAAAAAAAAAA/").status_code == 404
    tired = client.post(CHECK, {"credential": "a.b.c"})
    assert (tired.status_code, tired["Retry-After"]) == (429, "60")
    assert "password" not in text(tired)
    assert client.get(CHECK).status_code == 200
    cache.clear()


def test_looking_costs_one_question(client, award, amara, django_assert_num_queries):
    client.force_login(amara.user)
    take_along(client, award)
    client.logout()
    place = f"{CHECK}{Credential.objects.get().slug}/"
    with django_assert_num_queries(1):
        client.get(place)
