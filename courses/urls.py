from django.urls import path

from courses.views import learning

app_name = "courses"
urlpatterns = [
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
