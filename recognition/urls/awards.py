"""Public badge pages, mounted under /b/."""

from django.urls import path

from recognition.views import awards

app_name = "awards"
urlpatterns = [path("<slug:slug>/", awards.award, name="award")]
