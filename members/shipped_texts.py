"""The first wording of what members agree to. A programme publishes its own in the console.

Plain words on purpose: who cannot understand a text cannot agree to it.
"""

from datetime import UTC, datetime

from members.models import ConsentText

PUBLISHED_AT = datetime(2026, 1, 1, tzinfo=UTC)

TERMS_EN = """\
These are the rules of our programme, in plain words.

## Who can take part
Everybody who is 16 or older. Taking part costs nothing, and you can leave whenever you like.

## How points come about
You get points for what each campaign names, such as purchases. Points for a purchase can wait until
the goods can no longer be sent back. When something goes back, so do its points.

## What points are worth
Points can be exchanged for the rewards in the catalogue. They are not money and are not paid out.
Every reward says what it costs before you choose it.

## How long points last
Each line of your points says until when they can be spent. We remind you before they end.

## What we keep about you
Your e-mail address, what you tell us about yourself, and what you did in the programme: we need
these to keep your points. We sell nothing of it. Under “Privacy” you can take all of it with you,
or have it erased.

## If something is not right
Tell us. If we find that points came about by deceit, we take those points back and say why.

## If these rules change
You will be asked the next time you sign in, and you can read every earlier version. If you do not
agree, nothing is lost: your points stay as they are until you decide.
"""

TERMS_DE = """\
Das sind die Regeln unseres Programms, in einfachen Worten.

## Wer mitmachen kann
Alle ab 16 Jahren. Mitmachen kostet nichts, und du kannst jederzeit aufhören.

## Wie Punkte entstehen
Punkte bekommst du für das, was eine Aktion nennt, zum Beispiel für Einkäufe. Punkte für einen
Einkauf können warten, bis die Ware nicht mehr zurückgegeben werden kann. Geht etwas zurück, gehen
auch seine Punkte zurück.

## Was Punkte wert sind
Punkte kannst du gegen die Prämien im Katalog eintauschen. Sie sind kein Geld und werden nicht
ausgezahlt. Jede Prämie sagt vorher, was sie kostet.

## Wie lange Punkte gelten
Bei jeder Zeile deiner Punkte steht, bis wann du sie ausgeben kannst. Bevor sie enden, erinnern wir
dich.

## Was wir über dich aufbewahren
Deine E-Mail-Adresse, was du uns über dich sagst, und was du im Programm getan hast: Das brauchen
wir, um deine Punkte zu führen. Nichts davon verkaufen wir. Unter „Datenschutz“ kannst du alles
mitnehmen oder löschen lassen.

## Wenn etwas nicht stimmt
Sag es uns. Stellen wir fest, dass Punkte durch Täuschung entstanden sind, nehmen wir diese Punkte
zurück und sagen, warum.

## Wenn sich diese Regeln ändern
Dann fragen wir dich bei der nächsten Anmeldung, und du kannst jede frühere Fassung lesen. Stimmst
du nicht zu, geht nichts verloren: Deine Punkte bleiben, wie sie sind, bis du dich entscheidest.
"""

NEWS_EN = """\
We write to you when points are about to end, when your tier changes, and when there is something
new in the programme. You can stop it at any time in your preferences and in every e-mail.
"""

NEWS_DE = """\
Wir schreiben dir, wenn Punkte bald enden, wenn sich dein Status ändert und wenn es im Programm
etwas Neues gibt. In deinen Einstellungen und in jeder E-Mail kannst du das jederzeit beenden.
"""

FIRST: dict[str, dict[str, tuple[str, str]]] = {
    ConsentText.Purpose.TERMS: {
        "en": ("Terms of the programme", TERMS_EN),
        "de": ("Teilnahmebedingungen", TERMS_DE),
    },
    ConsentText.Purpose.NEWS: {
        "en": ("News by e-mail", NEWS_EN),
        "de": ("Neues per E-Mail", NEWS_DE),
    },
}


def install(using: str = "default", **_: object) -> None:
    """Publish version 1 of each text that has no version at all. Runs after migrations."""
    texts = ConsentText.objects.using(using)
    known = set(texts.values_list("purpose", flat=True))
    texts.bulk_create(
        ConsentText(
            purpose=purpose,
            version=1,
            language=language,
            title=title,
            text=text,
            published_at=PUBLISHED_AT,
        )
        for purpose, wordings in FIRST.items()
        if purpose not in known
        for language, (title, text) in wordings.items()
    )
