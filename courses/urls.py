from django.urls import path

from courses.views import groups, learning, packages, programmes, questions, records

app_name = "courses"
urlpatterns = [
    path("", records.mine, name="mine"),
    path("transcript.pdf", records.transcript, {"ending": "pdf"}, "transcript_pdf"),
    path("transcript.xlsx", records.transcript, {"ending": "xlsx"}, "transcript_xlsx"),
    path("xapi.json", records.xapi, name="xapi"),
    path("calendar/<str:secret>.ics", records.calendar, name="calendar"),
    path("calendar/renew/", records.renew_calendar, name="renew_calendar"),
    path("programmes/", programmes.list_programmes, name="programmes"),
    path(
        "programmes/<uuid:programme_id>/", programmes.show_programme, name="programme"
    ),
    path(
        "assignments/<uuid:assignment_id>/withdraw/",
        programmes.withdraw,
        name="withdraw",
    ),
    path("groups/", groups.list_groups, name="groups"),
    path("groups/<uuid:group_id>/", groups.show_group, name="group"),
    path("packages/", packages.list_packages, name="packages"),
    path("packages/<str:ticket>/player/", packages.player, name="package_player"),
    path(
        "packages/<str:ticket>/files/<path:path>",
        packages.package_file,
        name="package_file",
    ),
    path(
        "lessons/<uuid:lesson_id>/attempt/", packages.save_attempt, name="save_attempt"
    ),
    path("questions/", questions.list_questions, name="questions"),
    path("questions/<uuid:question_id>/answer/", questions.answer, name="answer"),
    path("courses/<slug:key>/enrol/", learning.enrol, name="enrol"),
    path("lessons/<uuid:lesson_id>/window/", learning.open_window, name="open_window"),
    path("windows/<uuid:stream_id>/beat/", learning.beat, name="beat"),
    path(
        "lessons/<uuid:lesson_id>/checks/<uuid:block_id>/",
        learning.self_check,
        name="self_check",
    ),
    path("lessons/<uuid:lesson_id>/note/", learning.save_note, name="save_note"),
    path("notes/<uuid:note_id>/delete/", learning.delete_note, name="delete_note"),
    path("lessons/<uuid:lesson_id>/ask/", learning.ask, name="ask"),
]
