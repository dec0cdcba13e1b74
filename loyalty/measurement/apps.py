from django.apps import AppConfig


class MeasurementConfig(AppConfig):
    name = "loyalty.measurement"
    label = "measurement"
