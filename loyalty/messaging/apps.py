from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "loyalty.messaging"
    label = "messaging"
