"""The committee desk."""

from django.urls import path

from governance.views import portal

app_name = "governance"
urlpatterns = [
    path("", portal.desk, name="desk"),
    path("cases/<int:pk>/", portal.case, name="case"),
    path("live/", portal.live, name="live"),
    path("cases/<int:pk>/reading/", portal.reading, name="reading"),
    path("cases/<int:pk>/draft/", portal.draft, name="draft"),
    path("cases/<int:pk>/ballot/", portal.ballot, name="ballot"),
    path("cases/<int:pk>/recusal/", portal.recusal, name="recusal"),
    path("cases/<int:pk>/decision/", portal.decision, name="decision"),
    path("cases/<int:pk>/result/", portal.result, name="result"),
]
