"""Where machines ask whether the studio is well."""

from django.urls import path

from studio.operations import views

app_name = "operations"
urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]
