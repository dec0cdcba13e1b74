"""A member's inbox, what they want to be told, and leaving a topic from a mail. Mounted under /."""

from django.urls import path

from loyalty.messaging.views import inbox, preferences

app_name = "messages"
urlpatterns = [
    path("inbox/", inbox.index, name="inbox"),
    path("inbox/readings/", inbox.readings, name="readings"),
    path("inbox/<int:pk>/reading/", inbox.reading, name="reading"),
    path("account/messages/", preferences.preferences, name="preferences"),
    path("mail/<str:key>/", preferences.unsubscription, name="unsubscription"),
]
