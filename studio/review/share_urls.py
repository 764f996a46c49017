"""Share links and mails: what their makers use, and what guests and readers of mails open."""

from django.urls import path

from studio.review.views import guest, guest_media, mails, shares

urlpatterns = [
    path("threads/<uuid:thread_id>/share/", shares.thread_shares, name="thread-shares"),
    path("shares/<uuid:link_id>/change/", shares.share_change, name="share-change"),
    path("shares/<uuid:link_id>/switch/", shares.share_switch, name="share-switch"),
    path("shares/<uuid:link_id>/remove/", shares.share_remove, name="share-remove"),
    path("s/<str:token>/", guest.share_open, name="share-open"),
    path("s/<str:token>/password/", guest.share_password, name="share-password"),
    path("s/<str:token>/name/", guest.share_name, name="share-name"),
    path("s/<str:token>/takes/<uuid:take_id>/", guest.take_review, name="share-take-review"),
    path("s/<str:token>/takes/<uuid:take_id>/address/", guest.take_address, name="share-take-address"),
    path("s/<str:token>/takes/<uuid:take_id>/notes/", guest.take_notes, name="share-take-notes"),
    path("s/<str:token>/takes/<uuid:take_id>/notes/new/", guest.note_create, name="share-note-create"),
    path("s/<str:token>/notes/<uuid:note_id>/", guest.note_detail, name="share-note-detail"),
    path("s/<str:token>/notes/<uuid:note_id>/edit/", guest.note_edit, name="share-note-edit"),
    path("s/<str:token>/notes/<uuid:note_id>/delete/", guest.note_delete, name="share-note-delete"),
    path("s/<str:token>/takes/<uuid:take_id>/next/", guest.take_next, name="share-take-next"),
    path("s/<str:token>/notes/<uuid:note_id>/fixed/", guest.note_fixed, name="share-note-fixed"),
    path("s/<str:token>/notes/<uuid:note_id>/resolve/", guest.note_settle, name="share-note-resolve"),
    path("s/<str:token>/notes/<uuid:note_id>/reopen/", guest.note_settle, name="share-note-reopen"),
    path("s/<str:token>/media/<uuid:asset_id>/<str:name>", guest_media.share_media, name="share-media"),
    path("me/mails/", mails.mail_choices, name="mail-choices"),
    path("mail/off/<str:token>/", mails.mail_off, name="mail-off"),
]
