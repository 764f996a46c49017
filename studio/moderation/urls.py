"""The queue, reports, and what people are told."""

from django.urls import path

from studio.moderation.views import deciding, notices, queue, reporting

app_name = "moderation"
urlpatterns = [
    path("moderation/", queue.queue, name="queue"),
    path("moderation/list/", queue.case_list, name="case-list"),
    path("moderation/cases/<uuid:case_id>/", queue.case_detail, name="case-detail"),
    path("moderation/cases/<uuid:case_id>/claim/", queue.case_claim, name="case-claim"),
    path("moderation/cases/<uuid:case_id>/leave/", queue.case_leave, name="case-leave"),
    path("moderation/cases/<uuid:case_id>/decide/", deciding.case_decide, name="case-decide"),
    path("moderation/cases/<uuid:case_id>/undo/", deciding.case_undo, name="case-undo"),
    path("report/take/<uuid:take_id>/", reporting.report_take, name="report-take"),
    path("report/turn/<uuid:turn_id>/", reporting.report_turn, name="report-turn"),
    path("report/note/<uuid:note_id>/", reporting.report_note, name="report-note"),
    path("s/<str:token>/takes/<uuid:take_id>/report/", reporting.share_report_take, name="share-report-take"),
    path("s/<str:token>/notes/<uuid:note_id>/report/", reporting.share_report_note, name="share-report-note"),
    path("notices/", notices.notices, name="notices"),
    path("notices/turn/<uuid:turn_id>/", notices.turn_notice, name="turn-notice"),
]
