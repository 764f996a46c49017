"""The pages of reviewers. The names of what guests have too are listed at `review.viewers.Links`."""

from django.urls import path

from studio.review import share_urls
from studio.review.views import deciding, next_turn, notes, page, waiting

app_name = "review"
urlpatterns = [
    path("review/waiting/", waiting.waiting, name="waiting"),
    path("review/waiting/count/", waiting.waiting_count, name="waiting-count"),
    path("threads/<uuid:thread_id>/review/", page.thread_review, name="thread-review"),
    path("takes/<uuid:take_id>/review/", page.take_review, name="take-review"),
    path("takes/<uuid:take_id>/review/verdicts/", page.take_verdicts, name="take-verdicts"),
    path("takes/<uuid:take_id>/review/address/", page.take_address, name="take-address"),
    path("takes/<uuid:take_id>/review/decide/", deciding.take_decide, name="take-decide"),
    path("takes/<uuid:take_id>/review/finish/", deciding.take_finish, name="take-finish"),
    path("takes/<uuid:take_id>/review/ask/", deciding.take_ask, name="take-ask"),
    path("takes/<uuid:take_id>/review/notes/", notes.take_notes, name="take-notes"),
    path("takes/<uuid:take_id>/review/notes/new/", notes.note_create, name="note-create"),
    path("notes/<uuid:note_id>/", notes.note_detail, name="note-detail"),
    path("notes/<uuid:note_id>/edit/", notes.note_edit, name="note-edit"),
    path("notes/<uuid:note_id>/delete/", notes.note_act, {"act": "delete"}, name="note-delete"),
    path("notes/<uuid:note_id>/resolve/", notes.note_act, {"act": "resolve"}, name="note-resolve"),
    path("notes/<uuid:note_id>/reopen/", notes.note_act, {"act": "reopen"}, name="note-reopen"),
    *next_turn.urlpatterns,
    *share_urls.urlpatterns,
]
