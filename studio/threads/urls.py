"""Threads, their turns and takes."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from studio.media.deriving import EXPORT_MIMES
from studio.threads import webhooks
from studio.threads.views import library, owners, panels, take, thread, turn


class TakeFormat(StringConverter):
    regex = "|".join(EXPORT_MIMES)


register_converter(TakeFormat, "take_format")

app_name = "threads"
urlpatterns = [
    path("", library.library, name="library"),
    path("trash/", library.trash, name="trash"),
    path("threads/progress/", library.library_progress, name="library-progress"),
    path("threads/start/", library.thread_start, name="thread-start"),
    path("threads/sample/", library.thread_sample, name="thread-sample"),
    path("threads/<uuid:thread_id>/", thread.thread_detail, name="thread-detail"),
    path("threads/<uuid:thread_id>/card/", library.thread_card, name="thread-card"),
    path("threads/<uuid:thread_id>/rename/", library.thread_rename, name="thread-rename"),
    path("threads/<uuid:thread_id>/archive/", library.thread_archive, name="thread-archive"),
    path("threads/<uuid:thread_id>/restore/", library.thread_restore, name="thread-restore"),
    path("threads/<uuid:thread_id>/delete/", library.thread_delete, name="thread-delete"),
    path("threads/<uuid:thread_id>/title/", thread.thread_title, name="thread-title"),
    path("threads/<uuid:thread_id>/composer/", thread.composer, name="composer"),
    path("threads/<uuid:thread_id>/map/", panels.thread_map, name="thread-map"),
    path("threads/<uuid:thread_id>/picker/", take.take_picker, name="take-picker"),
    path("threads/<uuid:thread_id>/turns/", turn.turn_create, name="turn-create"),
    path("threads/<uuid:thread_id>/before/<uuid:turn_id>/", thread.turns_before, name="turns-before"),
    path("threads/<uuid:thread_id>/total/", thread.thread_total, name="thread-total"),
    path("turns/<uuid:turn_id>/", turn.turn_detail, name="turn-detail"),
    path("turns/<uuid:turn_id>/info/", panels.turn_info, name="turn-info"),
    path("turns/<uuid:turn_id>/delete/", turn.turn_delete, name="turn-delete"),
    path("turns/<uuid:turn_id>/restore/", turn.turn_restore, name="turn-restore"),
    path("turns/<uuid:turn_id>/stop/", turn.turn_stop, name="turn-stop"),
    path("turns/<uuid:turn_id>/retry/", turn.turn_retry, name="turn-retry"),
    path("hooks/<slug:provider>/<slug:secret>/", webhooks.receive, name="hook"),
    path("turns/<uuid:turn_id>/copy/", turn.turn_copy, name="turn-copy"),
    path("takes/<uuid:take_id>/", take.take_detail, name="take-detail"),
    path("takes/<uuid:take_id>/address/", take.take_address, name="take-address"),
    path("takes/<uuid:take_id>/pick/", take.take_pick, name="take-pick"),
    path("takes/<uuid:take_id>/delete/", take.take_delete, name="take-delete"),
    path("takes/<uuid:take_id>/release/", take.take_release, name="take-release"),
    path("takes/<uuid:take_id>/restore/", take.take_restore, name="take-restore"),
    path("takes/<uuid:take_id>/<take_format:format>/", take.take_download, name="take-download"),
    path("team/<uuid:team_id>/providers/", owners.team_providers, name="team-providers"),
    path("team/<uuid:team_id>/providers/<slug:provider>/", owners.team_provider_set, name="team-provider-set"),
    path(
        "team/<uuid:team_id>/providers/<slug:provider>/addresses/",
        owners.upload_addresses_add,
        name="upload-addresses-add",
    ),
    path(
        "team/<uuid:team_id>/providers/<slug:provider>/addresses/clear/",
        owners.upload_addresses_clear,
        name="upload-addresses-clear",
    ),
    path("team/upload-addresses/<int:pk>/remove/", owners.upload_address_remove, name="upload-address-remove"),
]
