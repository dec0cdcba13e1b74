"""Public badge pages, the files of badges, and their verification, mounted under /b/."""

from django.urls import path

from recognition.views import awards, cards, credentials, verification

app_name = "awards"
urlpatterns = [
    path("verification/", verification.verification, name="verification"),
    path("verification/<slug:slug>/", verification.credential, name="credential"),
    path("issuer.json", verification.issuer, name="issuer"),
    path("keys/<slug:slug>.json", verification.key, name="key"),
    path("achievements/<slug:slug>.json", verification.achievement, name="achievement"),
    path("status/<int:number>.jwt", verification.status_list, name="status_list"),
    path("<slug:slug>/", awards.award, name="award"),
    path("<slug:slug>/card.png", cards.card, name="card"),
    path("<slug:slug>.json", credentials.document, name="document"),
    path("<slug:slug>.png", credentials.picture, name="picture"),
    path("<slug:slug>.jwt", credentials.token, name="token"),
]
