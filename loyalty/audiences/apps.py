from django.apps import AppConfig


class AudiencesConfig(AppConfig):
    name = "loyalty.audiences"
    label = "audiences"
