"""UM13: badges that leave the house, checked by a library that the product does not use."""

import base64
import json
import stat
from datetime import timedelta
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management import call_command
from joserfc import jwt as ours
from joserfc.jwk import ECKey
from pyld import jsonld

from members import clock
from members.domain.actors import Actor
from members.models import AuditRow
from members.operations import erasures, members
from recognition import checking, issuing, signing
from recognition.checking import Verdict
from recognition.domain.credentials import CONTEXT
from recognition.errors import NotYours, TimeOver
from recognition.models import Badge, Credential
from recognition.operations import badges, credentials
from tests.conftest import SYSTEM
from tests.contracts.code import ROOT
from tests.recognition.conftest import give

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def keys(settings, tmp_path) -> Path:
    """A place for keys of their own, and a name for the host."""
    settings.BADGE_KEYS = str(tmp_path / "badge_keys.pem")
    settings.PUBLIC_URL = "https://club.example"
    return tmp_path / "badge_keys.pem"


@pytest.fixture
def award(badge, amara):
    return give(amara, badge)


def made(award, **wish) -> Credential:
    wish = {"with_name": False, **wish}
    actor = Actor.user(award.member.user)
    return credentials.make(award, holder=award.member, actor=actor, **wish)


def read(token: str) -> dict:
    """As a stranger reads it: the key is looked up by its name among those that we publish."""
    known = {key["kid"]: jwt.PyJWK(key) for key in issuing.public_keys()}
    key = known[jwt.get_unverified_header(token)["kid"]]
    return jwt.decode(token, key, algorithms=["ES256"], issuer="https://club.example/b/issuer.json")


def test_another_library_reads_what_was_won(award, amara):
    """UM13, A15: an Open Badge 3.0 whose token says the same; nobody's name is in it."""
    credential = made(award)
    said = read(credential.token)
    place = f"https://club.example/b/verification/{credential.slug}/"
    assert (said["jti"], said["id"], said["sub"]) == (place, place, f"{place}#holder")
    assert said["@context"] == [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ]
    assert said["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert said["issuer"]["id"] == said["iss"] == "https://club.example/b/issuer.json"
    won = said["credentialSubject"]["achievement"]
    assert won == {
        "id": "https://club.example/b/achievements/first-refill.json",
        "type": ["Achievement"],
        "name": "First refill",
        "description": "Send one container back.",
        "criteria": {"narrative": "Send one container back."},
    }
    assert said["nbf"] == int(award.awarded_at.timestamp())
    assert "exp" not in said and "validUntil" not in said
    for name in ("Amara", "Obi", amara.email, amara.ref, amara.pseudonym):
        assert name not in json.dumps(said)
    assert jwt.get_unverified_header(credential.token) == {
        "alg": "ES256",
        "typ": "JWT",
        "kid": issuing.public_keys()[0]["kid"],
    }
    assert checking.by_text(credential.token) == checking.Checked(Verdict.VALID, credential)


def without_a_network(url: str, options: object) -> dict:
    """The contexts that a credential names, from our own copies; nothing else is there."""
    known = dict(zip(CONTEXT, ("credentials-v2.json", "context-3.0.3.json"), strict=True))
    file = ROOT / "static" / "vendor" / "openbadges" / known[url]
    found = {"contextUrl": None, "documentUrl": url, "contentType": "application/ld+json"}
    return found | {"document": json.loads(file.read_text())}


def test_every_word_of_it_means_something(award):
    """UM13: by the contexts that it names, no word is left over; a reader in safe mode takes it in."""
    said = read(made(award, with_name=True).token)
    credential = {name: said[name] for name in said if name not in ("iss", "jti", "sub", "nbf")}
    [meant] = jsonld.expand(credential, {"documentLoader": without_a_network, "base": None})
    back = jsonld.compact(
        meant, list(CONTEXT), {"documentLoader": without_a_network, "compactArrays": True}
    )
    assert _leaves(back) == _leaves(credential)
    for said in (issuing.profile(), issuing.achievement(award.badge)):
        [meant] = jsonld.expand(said, {"documentLoader": without_a_network, "base": None})
        back = jsonld.compact(meant, list(CONTEXT), {"documentLoader": without_a_network})
        assert _leaves(back) == _leaves(said)


def _leaves(said: object) -> list[str]:
    """Everything that is said, whatever it stands under."""
    if isinstance(said, dict):
        return sorted(f"{name}:{leaf}" for name, each in said.items() for leaf in _leaves(each))
    if isinstance(said, list):
        return sorted(leaf for each in said for leaf in _leaves(each))
    return [str(said)]


def test_the_name_is_in_it_only_if_its_holder_says_so(award):
    """UM13, A21: and never the address. Another wish ends the file there was."""
    without = made(award)
    assert made(award) == without
    named = made(award, with_name=True)
    assert read(named.token)["credentialSubject"]["identifier"] == [
        {
            "type": "IdentityObject",
            "identityHash": "Amara Obi",
            "identityType": "name",
            "hashed": False,
        }
    ]
    assert checking.by_text(without.token).verdict == Verdict.REVOKED
    assert checking.by_text(named.token).verdict == Verdict.VALID
    verbs = AuditRow.objects.filter(subject_type="recognition.credential").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == [
        "recognition.credential.made",
        "recognition.credential.withdrawn",
        "recognition.credential.made",
    ]


def test_nobody_else_takes_it_along(award, bo):
    """A refusal makes nothing."""
    with pytest.raises(NotYours):
        credentials.make(award, holder=bo, with_name=False, actor=Actor.user(bo.user))
    with pytest.raises(NotYours):
        credentials.take_back(award, holder=bo, actor=Actor.user(bo.user))
    badges.revoke(award, reason="Wrong container", actor=SYSTEM)
    with pytest.raises(NotYours):
        made(award)
    assert not Credential.objects.exists()


def test_taken_back_by_its_holder_or_by_who_gave_it(award, amara):
    """UM13: it says so at once, by its text and by its address."""
    first = made(award)
    credentials.take_back(award, holder=amara, actor=Actor.user(amara.user))
    second = made(award)
    badges.revoke(award, reason="Wrong container", actor=SYSTEM)
    for each in (first, second):
        assert checking.by_text(each.token).verdict == Verdict.REVOKED
        assert checking.by_slug(each.slug).verdict == Verdict.REVOKED


def test_its_time_is_over(amara):
    """UM13, A10: `validUntil` is stated, in the token too, and kept."""
    badge = badges.define("yearly", name="Yearly", criteria="Come.", valid_days=365, actor=SYSTEM)
    award = give(amara, badges.activate(badge, actor=SYSTEM))
    credential = made(award)
    said = read(credential.token)
    assert said["exp"] == int(award.valid_until.timestamp())
    assert said["validUntil"] == award.valid_until.strftime("%Y-%m-%dT%H:%M:%SZ")
    with clock.standing_at(award.valid_until - timedelta(seconds=1)):
        assert checking.by_text(credential.token).verdict == Verdict.VALID
    with clock.standing_at(award.valid_until):
        assert checking.by_text(credential.token).verdict == Verdict.EXPIRED
        credentials.take_back(award, holder=amara, actor=SYSTEM)
        with pytest.raises(TimeOver):
            made(award)


def test_erasing_its_holder_ends_it_and_leaves_no_name(award, amara):
    """UM13, P19: the text is gone from the table; what others still have counts no more."""
    credential = made(award, with_name=True)
    token = credential.token
    erasures.erase(amara, actor=SYSTEM)
    credential.refresh_from_db()
    assert (credential.token, credential.holder_name) == ("", "")
    assert checking.by_text(token).verdict == Verdict.REVOKED
    assert checking.by_slug(credential.slug).verdict == Verdict.REVOKED


def _changed(token: str, **claims) -> str:
    """The token with other claims under its old signature."""
    head, body, signature = token.split(".")
    told = json.loads(base64.urlsafe_b64decode(body + "=="))
    body = base64.urlsafe_b64encode(json.dumps(told | claims).encode()).decode().rstrip("=")
    return f"{head}.{body}.{signature}"


def _flipped(token: str) -> list[str]:
    """The token with one letter of it another, in its head, its body and its signature."""
    places = [5, token.index(".") + 40, token.rindex(".") + 10]
    return [
        token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        for place in places
    ]


def test_what_was_changed_or_forged_is_not_ours(award):
    """UM13, attack 22: a flipped letter, another name, another key, no signature, a key that the token
    brings along, a secret made of our public key, another issuer, nonsense."""
    credential = made(award)
    token, claims = credential.token, read(credential.token)
    kid = jwt.get_unverified_header(token)["kid"]
    stranger = ec.generate_private_key(ec.SECP256R1())
    public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(stranger.public_key()))
    ours_public = signing.ring()[0].as_pem(private=False)
    head = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    forged = [
        *_flipped(token),
        _changed(token, name="Something better"),
        jwt.encode(claims, stranger, algorithm="ES256", headers={"kid": kid}),
        jwt.encode(claims, stranger, algorithm="ES256", headers={"jwk": public}),
        jwt.encode(claims, "", algorithm="none"),
        f"{head}.{token.split('.')[1]}.",
        f"{head}.{token.split('.')[1]}.{token.split('.')[2]}",
        ours.encode({"alg": "HS256"}, claims, _secret(ours_public), algorithms=["HS256"]),
        jwt.encode(
            claims | {"iss": "https://elsewhere.example/issuer"}, stranger, algorithm="ES256"
        ),
        f"{base64.urlsafe_b64encode(b'[' * 9_000).decode()}.e30.AAAA",
        '{"id": "data:application/vc+jwt,\\ud800.a.b"}',
        "",
        "a.b.c",
        f"{_part({'alg': 'ES256', 'crit': 1})}.e30.",
        f"{_part({'alg': ['ES256'], 'kid': {}})}.e30.",
        "{" * 10_000,
        "[" * 10_000,
        '{"id": 5}',
        '{"id": "data:application/vc+jwt,"}',
        "https://elsewhere.example/b/verification/x/",
        token + token,
    ]
    assert [each for each in forged if checking.by_text(each).verdict != Verdict.NOT_OURS] == []


def _part(said: dict) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


def _secret(text: bytes):
    from joserfc.jwk import OctKey

    return OctKey.import_key(text.replace(b"-----", b""))


def test_our_key_makes_no_other_issuer_and_nothing_we_do_not_know(award):
    """UM13: even signed by us, what names another issuer or is not in our table is none of ours."""
    credential = made(award)
    claims, address = read(credential.token), issuing.key_address(signing.ring()[0])
    for told in (
        claims | {"iss": "https://elsewhere.example/issuer"},
        claims | {"jti": "https://club.example/b/verification/unknown/"},
        claims | {"name": "Something better"},
    ):
        signed = signing.sign(told, address=address)
        assert checking.by_text(signed).verdict == Verdict.NOT_OURS


def test_the_key_is_made_once_for_us_alone_and_can_be_changed(award, keys):
    """UM13: what the old key signed stays valid; its private half is gone."""
    before = made(award)
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    first = keys.read_text()
    signing.keep_first(keys)
    assert keys.read_text() == first and list(keys.parent.iterdir()) == [keys]
    call_command("change_badge_key")
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    text = keys.read_text()
    assert (text.count("PRIVATE KEY"), text.count("BEGIN PUBLIC KEY")) == (2, 1)
    assert first not in text and len(issuing.public_keys()) == 2
    assert checking.by_text(before.token).verdict == Verdict.VALID
    after = made(award, with_name=True)
    assert jwt.get_unverified_header(after.token)["kid"] == issuing.public_keys()[0]["kid"]
    assert [read(each.token)["id"] for each in (before, after)]
    assert all("d" not in key for key in issuing.public_keys())


def test_a_merged_holder_cannot_be_asked(award, amara):
    """A badge that stays behind with a merged membership counts for nobody."""
    credential = made(award)
    target = members.enrol("other", actor=SYSTEM)
    type(amara).objects.filter(pk=amara.pk).update(merged_into=target)
    assert checking.by_slug(credential.slug).verdict == Verdict.REVOKED


def test_a_key_that_is_given_may_be_of_any_making(keys, award):
    """An operator brings a key of their own."""
    keys.write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
    assert checking.by_text(made(award).token).verdict == Verdict.VALID


def test_a_badge_says_for_how_long_it_counts(badge):
    """A10."""
    badges.edit(badge, valid_days=30, actor=SYSTEM)
    assert Badge.objects.get().valid_days == 30
