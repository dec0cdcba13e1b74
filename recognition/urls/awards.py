"""Public badge pages, mounted under /b/."""

from django.urls import path

from recognition.views import awards, cards

app_name = "awards"
urlpatterns = [
    path("<slug:slug>/", awards.award, name="award"),
    path("<slug:slug>/card.png", cards.card, name="card"),
]
