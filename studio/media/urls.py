from django.urls import path

from studio.media import views

app_name = "media"
urlpatterns = [
    path("assets/", views.asset_create, name="asset-create"),
    path("assets/link/", views.asset_from_link, name="asset-from-link"),
    path("assets/<uuid:asset_id>/", views.asset_detail, name="asset-detail"),
    path("assets/<uuid:asset_id>/trim/", views.asset_trim, name="asset-trim"),
    path("assets/<uuid:asset_id>/delete/", views.asset_delete, name="asset-delete"),
    path("assets/<uuid:asset_id>/restore/", views.asset_restore, name="asset-restore"),
    path("media/<str:token>/<uuid:asset_id>/<str:name>", views.asset, name="asset"),
]
