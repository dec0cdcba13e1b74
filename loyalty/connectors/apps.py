from django.apps import AppConfig


class ConnectorsConfig(AppConfig):
    name = "loyalty.connectors"
    label = "connectors"
