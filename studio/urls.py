"""Where each room's pages hang."""

from django.contrib import admin
from django.urls import include, path

admin.autodiscover()

urlpatterns = [
    path("", include("studio.review.urls")),
    path("", include("studio.threads.urls")),
    path("", include("studio.media.urls")),
    path("", include("studio.operations.urls")),
    path("", include("studio.accounts.urls")),
    path("admin/people/", include("studio.moderation.people")),
    path("", include("studio.moderation.urls")),
    path("admin/", admin.site.urls),
]
